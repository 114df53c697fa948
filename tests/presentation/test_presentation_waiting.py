"""Requests that wait, in words."""

from __future__ import annotations

from typing import Any

from claudeflare.formatting import epoch
from claudeflare.presentation.waiting import waiting_words

NOW = epoch("2026-11-22T15:00:00Z") or 0.0


def line(model: str | None, count: int, since: str) -> Any:
    return {"clientKey": None, "modelClass": model, "account": None, "count": count, "since": since, "until": None}


def test_how_many_how_long_and_what_for() -> None:
    lines = [line("opus", 1, "2026-11-22T14:59:48Z"), line(None, 2, "2026-11-22T14:59:55Z")]
    lines.append(line("opus", 1, "2026-11-22T14:59:50Z"))
    queue: Any = {"waiting": 4, "limit": 10, "maxWaitSeconds": 60.0, "lines": lines}
    assert waiting_words(queue, NOW) == "4 requests for an account, the first for 12 s: 2 for opus, 2 for any model"
