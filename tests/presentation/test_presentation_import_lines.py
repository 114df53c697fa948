from __future__ import annotations

from typing import Any

import pytest

from claudeflare.presentation.import_lines import done_lines, plan_lines, question

NOTHING: dict[str, Any] = {"found": 0, "wanted": 0, "tooOld": 0, "months": {}}
HOME = {"name": "home", "provider": "anthropic", "mode": "max", "tier": 5, "priority": 0, "paused": False}
SIGNED_IN = [HOME | {"baseUrl": None, "as": name, "whyNot": None} for name in ("home", "den", "attic")]


def plan(**fields: Any) -> dict[str, Any]:
    usual = {"program": "ccflare", "schema": None, "accounts": [], "payloads": 0, "clientKeys": 0, "kinds": {}}
    return {**usual, "requests": NOTHING, **fields}


def texts(plan: dict[str, Any], *, has_client: bool = True) -> list[str]:
    return [line for line in plan_lines(plan, has_client=has_client, request_days=365) if isinstance(line, str)]


def test_an_empty_file() -> None:
    assert texts(plan()) == ["This is a database of ccflare.", "0 requests there:"]
    assert question(plan()) is None


def test_subscriptions_belong_to_one_program() -> None:
    shown = texts(plan(accounts=SIGNED_IN))
    assert shown[-1] == (
        "Stop ccflare for good before you go on: a token of home, den and attic is renewed by spending it, so only one"
        " program can."
    )
    without = texts(plan(accounts=SIGNED_IN[:1]), has_client=False)
    assert "a token of home is" in without[-2]
    assert without[-1].startswith("No OAuth client is set here (CLAUDEFLARE_OAUTH_CLIENT_ID)")
    # Those that are not taken are left to it.
    left = [SIGNED_IN[0] | {"as": None, "whyNot": "…"}]
    assert texts(plan(accounts=left))[-1] == "0 requests there:"


@pytest.mark.parametrize(
    ("accounts", "wanted", "asked"),
    [
        (1, 0, "Take over 1 account?"),
        (0, 1234, "Take over 1,234 requests?"),
        (3, 1, "Take over 3 accounts and 1 request?"),
    ],
)
def test_the_question(accounts: int, wanted: int, asked: str) -> None:
    given = plan(accounts=SIGNED_IN[:accounts], requests=NOTHING | {"found": wanted, "wanted": wanted})
    assert question(given) == asked


def test_afterwards() -> None:
    requests = {"added": 1000, "known": 2, "tooOld": 0, "unreadable": 3, "running": 1}
    login = {"name": "home", "mode": "max", "tier": 1, "priority": 0, "needsLogin": "…", "tokenExpires": None}
    done = {"accounts": [{"name": "bad", "error": "It is."}, login], "requests": requests}
    assert list(done_lines(done)) == [
        "bad was not taken: It is.",
        "home is added (max, tier 1, priority 0).",
        "home needs a login: set CLAUDEFLARE_OAUTH_CLIENT_ID and run claudeflare login home",
        "1,000 requests added; not taken: 2 on record already, 3 without a moment or method that makes sense,"
        " 1 perhaps still running (run this again later).",
    ]
    assert list(done_lines({"accounts": [], "requests": None})) == []
