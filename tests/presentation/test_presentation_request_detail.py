"""The strip on top of a request's detail."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.request_detail import accounts_path, strip, strip_lines

NOW = 1_795_369_200.0
DETAIL: dict[str, Any] = {
    "timestamp": "2026-11-22T17:39:30.000Z",
    "attempts": [{"account": "work"}, {"account": "work"}, {"account": "spare"}, {"account": ""}],
    "accountUsed": "spare",
    "model": "claude-opus-5",
    "inputTokens": 12,
    "cacheReadInputTokens": 45_000,
    "cacheCreationInputTokens": None,
    "outputTokens": 320,
    "ttftMs": 655.0,
    "responseTimeMs": 4210.5,
    "costUsd": None,
    "sessionId": "7d1f0a3c",
    "clientKey": None,
    "agentId": None,
}


def test_accounts_are_told_in_order() -> None:
    assert accounts_path(DETAIL) == "work → spare"
    assert accounts_path(DETAIL | {"attempts": []}) == "spare"
    assert accounts_path(DETAIL | {"attempts": [], "accountUsed": None}) == "–"


def test_what_is_not_known_is_left_out_or_said() -> None:
    assert dict(strip(DETAIL, NOW, UTC)) == {
        "Began": "30 s ago",
        "Account": "work → spare",
        "Model": "claude-opus-5",
        "In": "12",
        "Cache": "45.0 k read, – written",
        "Out": "320",
        "First token": "655 ms",
        "Total": "4.2 s",
        "Cost": "unknown",
        "Session": "7d1f0a3c",
    }
    assert "Cache" not in dict(strip(DETAIL | {"cacheReadInputTokens": None}, NOW, UTC))


@given(st.integers(40, 200))
def test_lines_end_between_facts(width: int) -> None:
    lines = strip_lines(DETAIL, NOW, UTC, width).plain.split("\n")
    assert all(len(line) <= width for line in lines)
    facts = [fact for line in lines for fact in line.split(" · ")]
    assert facts == [f"{name} {value}" for name, value in strip(DETAIL, NOW, UTC)]
