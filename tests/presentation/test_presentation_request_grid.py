"""The list's columns at any width."""

from __future__ import annotations

from datetime import UTC
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from claudeflare.client.resources import Request
from claudeflare.presentation.request_grid import RequestGrid, accounts_words


def request(**fields: Any) -> Request:
    given: dict[str, Any] = {
        "timestamp": "2026-11-22T17:40:00.000Z",
        "success": True,
        "terminalState": "complete",
        "statusCode": 200,
        "model": "claude-opus-5",
        "accountUsed": "spare",
        "failoverAttempts": 1,
        "inputTokens": 12,
        "cacheReadInputTokens": 45_000,
        "cacheCreationInputTokens": 900,
        "outputTokens": 320,
        "ttftMs": 655.0,
        "responseTimeMs": 4210.5,
        "costUsd": 0.0373,
    }
    return cast(Request, given | fields)


def line(grid: RequestGrid, one: Request) -> str:
    return "".join(text for text, _ in grid.cells(one))


def test_eighty_columns_hold_everything() -> None:
    grid = RequestGrid(79, UTC)
    assert grid.header() == "Time     State   Model      Account      In  Cache    Out   TTFT  Total    Cost"
    assert line(grid, request()) == ("17:40:00 ok      opus-5     spare +1     12 45.9 k    320 655 ms  4.2 s   $0.04")


def test_what_matters_least_leaves_first() -> None:
    assert RequestGrid(46, UTC).header().split() == ["Time", "State", "Model", "Account", "Cost"]
    assert RequestGrid(60, UTC).header().split() == ["Time", "State", "Model", "Account", "Out", "Total", "Cost"]
    assert RequestGrid(10, UTC).header().split() == ["State"]


@given(st.integers(20, 300), st.text(max_size=40), st.text(max_size=40))
def test_every_line_is_as_wide_as_the_header(width: int, account: str, model: str) -> None:
    grid = RequestGrid(width, UTC)
    assert cell_len(grid.header()) <= width
    assert cell_len(line(grid, request(accountUsed=account, model=model))) == cell_len(grid.header())


def test_the_state_is_the_piece_with_a_color() -> None:
    pieces = RequestGrid(80, UTC).cells(request(success=False, statusCode=429))
    assert [text.strip() for text, is_state in pieces if is_state] == ["429"]


def test_accounts() -> None:
    assert accounts_words(request(failoverAttempts=0)) == "spare"
    assert accounts_words(request(accountUsed=None, failoverAttempts=2)) == "– +2"
