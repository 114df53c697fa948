"""What is still running, as far as anybody knows."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.tui.running_requests import LONGEST, still_running

NOW = 1_795_369_200.0
OPENED: dict[str, Any] = {
    "id": "req_1",
    "timestamp": "2026-11-22T17:39:50.000Z",
    "path": "/v1/messages",
    "model": "opus",
    "clientKey": "laptop",
    "sessionId": "s1",
}


def test_it_runs_until_its_end_is_told_or_nobody_can_believe_it() -> None:
    assert still_running([OPENED], {}, {}, NOW) == [OPENED]
    assert still_running([OPENED], {"req_1"}, {}, NOW) == []
    assert still_running([OPENED], {}, {}, NOW + LONGEST) == []


@pytest.mark.parametrize(
    ("filters", "there"),
    [
        ({"model": "opus", "clientKey": "laptop", "session": "s1", "text": "MESSAGES", "since": "1h"}, True),
        ({"text": "REQ_1"}, True),
        ({"text": "other"}, False),
        ({"model": "haiku"}, False),
        ({"clientKey": "desk"}, False),
        ({"session": "s2"}, False),
        ({"account": "work"}, False),
        ({"status": "success"}, False),
    ],
)
def test_filters(filters: dict[str, str], there: bool) -> None:
    assert bool(still_running([OPENED], {}, filters, NOW)) is there
