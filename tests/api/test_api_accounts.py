from __future__ import annotations

from typing import Any

import pytest

from claudeflare.balancing.change import AttentionNeeded, Benched, SessionBound
from claudeflare.storage.accounts import NewAccount
from harness.rest_api import NOW, Api, words

FIELDS = words(
    """id name provider mode tier priority paused tokenStatus rateLimitStatus rateLimitReset requestCount totalRequests
    lastUsed created baseUrl limits gauges reserve allowExtraUsage inFlight tokenExpires tokenRenewed tokenTrouble
    needsLogin"""
)


async def test_an_added_account_is_listed_with_every_field(api: Api) -> None:
    added = await api.add("main", tier=20, priority=3, baseUrl="https://proxy.example/")

    assert await api.get("/api/accounts") == [added]
    assert added == {
        "id": added["id"],
        "name": "main",
        "provider": "anthropic",
        "mode": "api-key",
        "tier": 20,
        "priority": 3,
        "paused": False,
        "baseUrl": "https://proxy.example",
        "tokenStatus": "valid",
        "tokenExpires": None,
        "tokenRenewed": None,
        "tokenTrouble": None,
        "needsLogin": None,
        "rateLimitStatus": "ok",
        "rateLimitReset": None,
        "limits": [],
        "gauges": [],
        "reserve": None,
        "allowExtraUsage": None,
        "inFlight": 0,
        "requestCount": 0,
        "totalRequests": 0,
        "lastUsed": None,
        "created": "2026-11-18T11:06:40.000Z",
    }
    assert set(added) == FIELDS


async def test_accounts_are_listed_newest_first(api: Api) -> None:
    for name in ("first", "second", "third"):
        await api.add(name)
        api.clock.now += 1
    assert [account["name"] for account in await api.get("/api/accounts")] == ["third", "second", "first"]


async def test_the_key_is_stored_and_never_shown(api: Api) -> None:
    added = await api.add("main", apiKey="sk-ant-very-secret")
    assert api.services.credentials.credential(added["id"]).secret == "sk-ant-very-secret"
    for path in ("/api/accounts", "/api/accounts/main", "/api/config"):
        assert "very-secret" not in (await api.client.get(path)).text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "main", "apiKey": "sk-x"}, 409, "conflict"),
        ({"name": "MAIN", "apiKey": "sk-x"}, 409, "conflict"),
        ({"name": "", "apiKey": "sk-x"}, 400, "invalid_input"),
        ({"name": "new", "apiKey": "two words"}, 400, "invalid_input"),
        ({"name": "new"}, 400, "invalid_input"),
        ({"name": "new", "mode": "max", "apiKey": "sk-x"}, 400, "invalid_input"),
        ({"name": "new", "tier": 7, "apiKey": "sk-x"}, 400, "invalid_input"),
        ({"name": "new", "tier": "many", "apiKey": "sk-x"}, 422, "invalid_input"),
        ({"name": "new", "baseUrl": "ftp://x", "apiKey": "sk-x"}, 400, "invalid_input"),
        ({"name": "new", "key": "sk-x"}, 422, "invalid_input"),
        ({"apiKey": "sk-x"}, 422, "invalid_input"),
        ([], 422, "invalid_input"),
    ],
)
async def test_what_cannot_be_added_is_refused(api: Api, body: Any, status: int, code: str) -> None:
    await api.add("main")
    assert (await api.refused("POST", "/api/accounts", json=body))[:2] == (status, code)
    assert [account["name"] for account in await api.get("/api/accounts")] == ["main"]


async def test_an_account_is_found_by_id_and_by_name_in_any_case(api: Api) -> None:
    added = await api.add("Main")
    for found in (added["id"], "Main", "main"):
        assert await api.get(f"/api/accounts/{found}") == added


async def test_a_name_may_hold_a_slash(api: Api) -> None:
    added = await api.add("team/main")
    assert await api.get("/api/accounts/team%2Fmain") == added
    assert (await api.post("/api/accounts/team%2Fmain/pause"))["paused"] is True


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/accounts/nobody", None),
        ("PATCH", "/api/accounts/nobody", {"tier": 5}),
        ("DELETE", "/api/accounts/nobody", {"confirm": "nobody"}),
        ("POST", "/api/accounts/nobody/pause", None),
        ("POST", "/api/accounts/nobody/resume", None),
        ("POST", "/api/accounts/nobody/tier", {"tier": 5}),
        ("POST", "/api/accounts/nobody/rename", {"name": "somebody"}),
        ("POST", "/api/accounts/nobody/clear-limit", None),
    ],
)
async def test_an_unknown_account_is_not_found(api: Api, method: str, path: str, body: Any) -> None:
    status, code, message = await api.refused(method, path, json=body)
    assert (status, code) == (404, "not_found")
    assert "'nobody'" in message


async def test_pause_resume_tier_and_rename_answer_the_account_as_it_is_then(api: Api) -> None:
    added = await api.add("main")
    paused = await api.post("/api/accounts/main/pause")
    assert (paused["paused"], paused["rateLimitStatus"], paused["rateLimitReset"]) == (True, "paused", None)
    assert paused["limits"] == [{"modelClass": None, "reason": "paused by its owner", "until": None, "guess": False}]
    assert await api.post("/api/accounts/main/resume") == added
    assert (await api.post("/api/accounts/main/tier", {"tier": 5}))["tier"] == 5
    assert (await api.post("/api/accounts/main/rename", {"name": "home"}))["name"] == "home"
    assert (await api.get("/api/accounts"))[0] == added | {"tier": 5, "name": "home"}


async def test_patch_changes_what_is_named_and_nothing_else(api: Api) -> None:
    added = await api.add("main", baseUrl="https://proxy.example")
    wanted = {"name": "home", "tier": 20, "priority": -1, "paused": True}
    response = await api.client.patch("/api/accounts/main", json=wanted)
    assert {name: response.json()[name] for name in wanted} == wanted
    assert response.json()["baseUrl"] == "https://proxy.example"
    response = await api.client.patch(f"/api/accounts/{added['id']}", json={"baseUrl": None, "paused": False})
    assert response.json() == added | {"name": "home", "tier": 20, "priority": -1, "baseUrl": None}


@pytest.mark.parametrize("bad", [{"tier": 2}, {"priority": 10**9}, {"baseUrl": "nonsense"}, {"name": "TAKEN"}])
async def test_a_patch_with_one_bad_value_changes_nothing(api: Api, bad: dict[str, Any]) -> None:
    await api.add("taken")
    added = await api.add("main")
    body = {"name": "renamed", "tier": 20, "priority": 9, "paused": True, "baseUrl": "https://proxy.example"} | bad
    assert (await api.refused("PATCH", "/api/accounts/main", json=body))[0] in (400, 409)
    assert await api.get("/api/accounts/main") == added


async def test_removing_takes_the_right_name(api: Api) -> None:
    added = await api.add("main")
    status, code, message = await api.refused("DELETE", "/api/accounts/main", json={"confirm": "mian"})
    assert (status, code) == (409, "conflict")
    assert "main" in message
    assert (await api.refused("DELETE", "/api/accounts/main"))[0] == 422
    response = await api.client.request("DELETE", f"/api/accounts/{added['id']}", json={"confirm": "main"})
    assert response.json() == {"id": added["id"], "name": "main", "removed": True}
    assert await api.get("/api/accounts") == []


async def test_limits_show_with_their_reason_and_end_and_can_be_cleared(api: Api) -> None:
    account_id = (await api.add("main"))["id"]
    learned = [
        SessionBound("session", account_id, NOW + 100),
        Benched(account_id, "opus", NOW + 60, "rate limited: input tokens per minute"),
        Benched(account_id, "haiku", NOW - 1, "over by now"),
    ]
    api.services.state.apply(learned, NOW)
    api.services.gateways.changes_made(learned)

    limited = await api.get("/api/accounts/main")
    assert (limited["rateLimitStatus"], limited["rateLimitReset"]) == ("limited: opus", "2026-11-18T11:07:40.000Z")
    reason = "rate limited: input tokens per minute"
    assert limited["limits"] == [
        {"modelClass": "opus", "reason": reason, "until": "2026-11-18T11:07:40.000Z", "guess": False}
    ]

    cleared = await api.post("/api/accounts/main/clear-limit")
    assert (cleared["rateLimitStatus"], cleared["rateLimitReset"], cleared["limits"]) == ("ok", None, [])
    assert api.services.state.load(NOW) == learned[:1]


async def test_clearing_lifts_what_a_person_had_to_look_at(api: Api) -> None:
    account_id = (await api.add("main"))["id"]
    api.services.gateways.changes_made([AttentionNeeded(account_id, "the credential was refused")])
    troubled = await api.get("/api/accounts/main")
    assert (troubled["rateLimitStatus"], troubled["rateLimitReset"]) == ("needs attention", None)
    assert "the credential was refused" in troubled["limits"][0]["reason"]
    assert (await api.post("/api/accounts/main/clear-limit"))["rateLimitStatus"] == "ok"


async def test_requests_are_counted_per_account(api: Api) -> None:
    account_id = (await api.add("main"))["id"]
    api.record("r1", account_id=account_id, account="main", started_at=NOW - 100)
    api.record("r2", account_id=account_id, account="main", started_at=NOW - 50)
    api.record("r3", started_at=NOW)
    await api.post("/api/stats/reset")
    api.clock.now += 10
    api.record("r4", account_id=account_id, account="main", started_at=NOW + 5)

    account = await api.get("/api/accounts/main")
    assert (account["requestCount"], account["totalRequests"]) == (1, 3)
    assert account["lastUsed"] == "2026-11-18T11:06:45.000Z"


async def test_an_account_without_a_usable_credential_says_so(api: Api) -> None:
    api.services.accounts.add(NewAccount(name="bare"), NOW)
    assert (await api.get("/api/accounts/bare"))["tokenStatus"] == "missing"
