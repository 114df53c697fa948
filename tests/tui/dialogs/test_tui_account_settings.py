"""What of an account's settings differs, as the API takes it; test_tui_accounts fills the form in."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.tui.dialogs.account_settings import change_of, draft_of

ACCOUNT: Any = {
    "name": "work",
    "tier": 5,
    "priority": 0,
    "reserve": 0.8,
    "allowExtraUsage": None,
    "baseUrl": "https://claude.example",
}


def changed(**fields: str) -> dict[str, Any]:
    return change_of({**draft_of(ACCOUNT), **fields}, ACCOUNT)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {}),
        ({"name": "office", "tier": "20", "priority": "-1"}, {"name": "office", "tier": 20, "priority": -1}),
        ({"reserve": ""}, {"reserve": None}),
        ({"reserve": "92.5%"}, {"reserve": 0.925}),
        ({"allowExtraUsage": "yes"}, {"allowExtraUsage": True}),
        ({"allowExtraUsage": "no"}, {"allowExtraUsage": False}),
        ({"baseUrl": ""}, {"baseUrl": None}),
    ],
)
def test_only_what_differs_is_sent(fields: dict[str, str], sent: dict[str, Any]) -> None:
    assert changed(**fields) == sent


def test_what_the_owner_took_back_is_the_servers_again() -> None:
    allowed = {**ACCOUNT, "allowExtraUsage": True}
    assert change_of({**draft_of(allowed), "allowExtraUsage": "server"}, allowed) == {"allowExtraUsage": None}


@pytest.mark.parametrize(("field", "words"), [("priority", "whole number"), ("reserve", "percentage")])
def test_what_is_no_number(field: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        changed(**{field: "much"})
