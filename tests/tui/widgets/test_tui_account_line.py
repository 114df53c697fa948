"""An account in one line, by how wide the terminal is."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.tui.widgets.account_line import AccountLines
from harness.data_directory import NOW

WINDOW = {
    "kind": "window",
    "name": "5h",
    "modelClass": None,
    "limit": None,
    "remaining": None,
    "utilization": 0.62,
    "resetsAt": "2026-11-22T19:40:00Z",
    "readAt": "2026-11-22T17:39:00Z",
    "status": "allowed",
}


def account(name: str, **changes: Any) -> Any:
    usual = {"id": name, "name": name, "tier": 5, "tokenStatus": "valid", "needsLogin": None, "inFlight": 0}
    usual |= {"rateLimitStatus": "ok", "rateLimitReset": None, "requestCount": 1204, "gauges": [WINDOW]}
    return usual | changes


ACCOUNTS = [
    account("work", inFlight=3),
    account("spare", rateLimitStatus="limited: opus", rateLimitReset="2026-11-22T18:10:00Z", gauges=[]),
    account("a-name-that-is-rather-long", gauges=[WINDOW | {"utilization": 0.9}]),
    account("gone", tokenStatus="needs login", needsLogin="claudeflare login gone"),
    account("lost", tokenStatus="missing"),
]


def drawn(width: int) -> list[str]:
    lines = AccountLines(width, NOW, UTC)
    columns = lines.columns(ACCOUNTS)
    shown = [lines.header(columns), *(lines.line(each, columns) for each in ACCOUNTS)]
    return [each.plain.rstrip() for each in shown]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (
            77,
            [
                "Name         Tier State                  Limits                          Runs",
                "work           5× ● ok                   5h █████████▉        62% 2.0 h     3",
                "spare          5× ● limited: opus 30 min known after its first answer       0",
                "a-name-that…   5× ◆ near a limit         5h ██████████████▍   90% 2.0 h     0",
                "gone           5× ● needs login          5h █████████▉        62% 2.0 h     0",
                "lost           5× ● no credential        5h █████████▉        62% 2.0 h     0",
            ],
        ),
        (
            56,
            [
                "Name         State                  Limits",
                "work         ● ok                   5h ███▏   62% 2.0 h",
                "spare        ● limited: opus 30 min",
                "a-name-that… ◆ near a limit         5h ████▌  90% 2.0 h",
                "gone         ● needs login          5h ███▏   62% 2.0 h",
                "lost         ● no credential        5h ███▏   62% 2.0 h",
            ],
        ),
    ],
)
def test_lines(width: int, lines: list[str]) -> None:
    assert drawn(width) == lines


def test_whole_sentences_where_there_is_room() -> None:
    assert "● limited: opus until 18:10 (30 min)" in drawn(130)[2]
    assert drawn(130)[1].endswith("3     1.2 k")


@given(st.integers(44, 300))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert all(len(line) <= width for line in drawn(width))
