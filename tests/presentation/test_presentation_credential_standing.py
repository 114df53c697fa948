"""How what opens an account stands."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.formatting import epoch
from claudeflare.presentation.credential_standing import credential_words, is_bad

NOW = epoch("2026-11-22T15:00:00Z") or 0.0


def account(**changes: Any) -> Any:
    usual = {"mode": "token", "tokenStatus": "valid", "tokenExpires": None, "tokenRenewed": None, "tokenTrouble": None}
    return usual | {"needsLogin": None, "limits": []} | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "valid, does not end by itself"),
        (
            {"tokenRenewed": True, "tokenExpires": "2026-11-22T15:30:00Z"},
            "valid until 15:30 (30 min), renewed before",
        ),
        ({"tokenRenewed": False}, "valid, renewed by nobody"),
        ({"tokenRenewed": False, "mode": "profile"}, "valid, renewed by the program that owns the profile"),
        ({"tokenRenewed": True, "tokenStatus": "expired"}, "expired; renewed before its next use"),
        ({"tokenRenewed": False, "tokenStatus": "expired"}, "expired; renewed by nobody"),
        ({"tokenTrouble": "The endpoint is down."}, "valid; not renewed just now, tried again: The endpoint is down."),
        (
            {"tokenStatus": "needs login", "needsLogin": "claudeflare login work"},
            "needs login: claudeflare login work",
        ),
        ({"tokenStatus": "missing"}, "missing or unreadable: give it one"),
        ({"tokenStatus": "refused"}, "refused by the API: give it another"),
    ],
)
def test_in_words(changes: dict[str, Any], said: str) -> None:
    assert credential_words(account(**changes), NOW, UTC) == said


@pytest.mark.parametrize(
    ("status", "bad"),
    [("valid", False), ("expired", False), ("refused", True), ("missing", True), ("needs login", True)],
)
def test_whether_somebody_has_to_act(status: str, bad: bool) -> None:
    assert is_bad(account(tokenStatus=status)) is bad
