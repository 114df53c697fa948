from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.diagnosis.accounts import check_accounts
from claudeflare.diagnosis.case import NOT_ASKED, Answer

NOW = 1_795_369_200.0
"""2026-11-22 17:40:00 UTC."""

WORK: dict[str, Any] = {
    "name": "my work",
    "paused": False,
    "tokenStatus": "valid",
    "tokenExpires": None,
    "tokenRenewed": None,
    "tokenTrouble": None,
    "rateLimitStatus": "ok",
    "limits": [],
}
LOGIN = "claudeflare login 'my work'"
REFUSED = [{"modelClass": None, "reason": "credential refused: invalid x-api-key", "until": None}]


@pytest.mark.parametrize(
    ("fields", "state", "summary", "cure"),
    [
        ({}, "ok", "my work: credential valid.", None),
        ({"paused": True}, "ok", "my work (paused): credential valid.", None),
        (
            {"tokenExpires": "2026-11-22T18:40:00Z", "tokenRenewed": True},
            "ok",
            "my work: credential valid, renewed by itself.",
            None,
        ),
        (
            {"tokenExpires": "2026-11-22T18:40:00Z", "tokenRenewed": False},
            "ok",
            "my work: credential valid until 18:40 (1 h), then you have to give another.",
            None,
        ),
        ({"tokenStatus": "missing"}, "problem", "my work has no credential that opens.", LOGIN),
        ({"tokenStatus": "needs login", "limits": REFUSED}, "problem", "my work needs a login.", LOGIN),
        (
            {"tokenStatus": "refused", "paused": True, "limits": REFUSED},
            "problem",
            "The API refuses the credential of my work.",
            LOGIN,
        ),
        ({"tokenStatus": "expired"}, "problem", "The token of my work has expired.", LOGIN),
        (
            {"rateLimitStatus": "needs attention", "limits": REFUSED},
            "problem",
            "my work is out until you do something: credential refused: invalid x-api-key",
            LOGIN,
        ),
        (
            {"tokenTrouble": "no answer"},
            "warning",
            "The token of my work is not renewed: no answer",
            f"it is tried again by itself; to try now, or sign in again: {LOGIN}",
        ),
    ],
)
def test_each_standing(fields: dict[str, Any], state: str, summary: str, cure: str | None) -> None:
    [found] = check_accounts(Answer([{**WORK, **fields}]), NOW, UTC)
    assert (found.state, found.summary, found.cure) == (state, summary, cure)


def test_none() -> None:
    [found] = check_accounts(Answer([]), NOW, UTC)
    assert (found.state, found.cure) == ("warning", "claudeflare add NAME")


def test_what_was_not_told() -> None:
    assert check_accounts(Answer(failure="it is closed"), NOW, UTC)[0].detail == "it is closed"
    assert check_accounts(NOT_ASKED, NOW, UTC)[0].state == "skipped"
