"""A request in one line."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.tui.widgets.recent_requests import request_line

REQUEST: Any = {
    "timestamp": "2026-11-22T17:39:00.000Z",
    "success": True,
    "terminalState": "complete",
    "statusCode": 200,
    "model": "claude-sonnet-4-5-20250929",
    "accountUsed": "work",
    "inputTokens": 12,
    "cacheReadInputTokens": 45_000,
    "cacheCreationInputTokens": None,
    "outputTokens": 320,
    "ttftMs": 655.0,
    "responseTimeMs": 4210.5,
    "costUsd": 0.0373,
}
FAILED: Any = {
    **REQUEST,
    "success": False,
    "statusCode": 529,
    "accountUsed": None,
    "inputTokens": None,
    "cacheReadInputTokens": None,
    "outputTokens": None,
    "ttftMs": None,
    "costUsd": None,
}


@pytest.mark.parametrize(
    ("request_", "width", "line"),
    [
        (REQUEST, 77, "17:39:00 ok      sonnet-4-5             work            320  4.2 s    $0.04"),
        (REQUEST, 96, "17:39:00 ok      sonnet-4-5             work           45.0 k    320 655 ms  4.2 s    $0.04"),
        (FAILED, 77, "17:39:00 529     sonnet-4-5             –                 –  4.2 s  unknown"),
    ],
)
def test_a_line(request_: Any, width: int, line: str) -> None:
    assert " ".join(request_line(request_, width, UTC).plain.split()) == " ".join(line.split())


@given(st.integers(60, 200))
def test_it_is_no_wider_than_the_terminal(width: int) -> None:
    assert request_line(REQUEST, width, UTC).cell_length <= width
