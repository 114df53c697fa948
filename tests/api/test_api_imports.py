"""What other programs have recorded is counted as if it had been recorded here, once; their accounts keep their ids."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from claudeflare.credentials.imported_tokens import NO_CLIENT
from claudeflare.credentials.kinds import OAuthTokens
from harness.rest_api import NOW, Api, open_api

ACCOUNT = str(uuid.UUID(int=7))
OAUTH = {
    "id": ACCOUNT,
    "name": "home",
    "mode": "max",
    "accessToken": "sk-ant-oat01-access",
    "refreshToken": "sk-ant-ort01-refresh",
    "tokenExpires": "2026-11-18T12:06:40Z",
}
DAY = 86_400


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.UUID(int=number)),
        "timestamp": "2026-11-17T09:00:00Z",
        "method": "POST",
        "path": "/v1/messages",
        "statusCode": 200,
        "terminalState": "complete",
        **fields,
    }


def batch(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"source": "ccflare", "requests": list(rows)}


async def test_a_request_is_filed_as_it_was_recorded(api: Api) -> None:
    whole = row(
        1,
        accountId=ACCOUNT,
        accountUsed="home",
        responseTimeMs=1500,
        model="claude-opus-4-1",
        servedModel="claude-opus-4-1-20250805",
        inputTokens=10,
        cacheReadInputTokens=1000,
        cacheCreationInputTokens=200,
        outputTokens=30,
        costUsd=0.5,
        sessionId="s",
    )
    assert await api.post("/api/import/requests", batch(whole)) == {"added": 1, "known": 0, "tooOld": 0}
    (shown,) = await api.get("/api/requests")
    wanted = {key: value for key, value in whole.items() if key != "timestamp"}
    assert {key: shown[key] for key in wanted} == wanted
    assert shown["timestamp"] == "2026-11-17T09:00:00.000Z"
    assert shown["priceVersion"] == "as recorded by ccflare"
    assert shown["success"] is True


async def test_what_was_not_recorded_stays_unknown(api: Api) -> None:
    await api.post("/api/import/requests", batch(row(1)))
    (shown,) = await api.get("/api/requests")
    unknown = "inputTokens cacheReadInputTokens cacheCreationInputTokens outputTokens costUsd priceVersion model"
    assert {shown[name] for name in [*unknown.split(), "accountUsed", "ttftMs", "sessionId"]} == {None}
    assert (await api.get(f"/api/requests/{shown['id']}"))["usage"] is None


async def test_statistics_count_them_once(api: Api) -> None:
    rows = [row(number, model="m", outputTokens=10, costUsd=0.25, responseTimeMs=100) for number in range(1, 5)]
    assert (await api.post("/api/import/requests", batch(*rows)))["added"] == 4
    again = await api.post("/api/import/requests", batch(*rows, row(9, model="m"), row(9, model="other")))
    assert again == {"added": 1, "known": 5, "tooOld": 0}
    stats = await api.get("/api/stats")
    assert (stats["totalRequests"], stats["totalTokens"], stats["totalCostUsd"]) == (5, 40, 1.0)
    figures = await api.get("/api/analytics", params={"range": "7d"})
    assert figures["totals"]["requests"] == 5


async def test_our_own_records_are_not_touched(api: Api) -> None:
    api.record("shared", started_at=NOW - 60, model="ours")
    answer = await api.post("/api/import/requests", batch(row(1, model="theirs") | {"id": "shared"}))
    assert answer == {"added": 0, "known": 1, "tooOld": 0}
    (shown,) = await api.get("/api/requests")
    assert shown["model"] == "ours"
    # Ids of ours are taken by nobody.
    assert (await api.refused("POST", "/api/import/requests", json=batch(row(1) | {"id": "cf_1"})))[0] == 422


async def test_what_retention_would_delete_is_not_taken(api: Api) -> None:
    await api.post("/api/config/retention", {"requestDays": 1})
    answer = await api.post("/api/import/requests", batch(row(1, timestamp="2026-11-17T11:00:00Z"), row(2)))
    assert answer == {"added": 0, "known": 0, "tooOld": 2}
    assert (await api.get("/api/stats"))["totalRequests"] == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"statusCode": 42},
        {"statusCode": "200"},
        {"outputTokens": -1},
        {"outputTokens": 1.5},
        {"costUsd": -0.1},
        {"terminalState": "done"},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-17T09:00:00"},
        {"id": "a b"},
        {"tokens": 3},
    ],
)
async def test_a_row_that_cannot_be_is_refused_with_its_batch(api: Api, fields: dict[str, Any]) -> None:
    status, code, _ = await api.refused("POST", "/api/import/requests", json=batch(row(1), row(2) | fields))
    assert (status, code) == (422, "invalid_input")
    assert await api.get("/api/requests") == []


async def test_too_many_none_and_those_to_come_are_refused(api: Api) -> None:
    for rows in ([], [row(number) for number in range(1001)]):
        assert (await api.refused("POST", "/api/import/requests", json=batch(*rows)))[0] == 422
    status, _, words = await api.refused(
        "POST", "/api/import/requests", json=batch(row(1, timestamp="2027-01-01T00:00:00Z"))
    )
    assert (status, words) == (400, "A request's timestamp lies in the future. Check the clocks, and leave it out.")


async def test_each_batch_is_in_the_audit_log(api: Api) -> None:
    await api.post("/api/import/requests", batch(row(1)))
    (entry,) = await api.get("/api/audit", params={"action": "import-requests"})
    assert (entry["subject"], entry["after"]) == ("ccflare", {"added": 1, "known": 0, "tooOld": 0})


async def test_an_account_keeps_its_id_and_its_state(api: Api) -> None:
    added = await api.post(
        "/api/import/accounts",
        {"id": ACCOUNT, "name": "work", "apiKey": "sk-ant-api03-k", "tier": 5, "priority": 3, "paused": True},
    )
    wanted = {"id": ACCOUNT, "name": "work", "mode": "api-key", "tier": 5, "priority": 3, "paused": True}
    assert {key: added[key] for key in wanted} == wanted
    assert api.services.credentials.credential(ACCOUNT).secret == "sk-ant-api03-k"
    (entry,) = await api.get("/api/audit", params={"action": "import-account"})
    assert (entry["subject"], entry["after"]["paused"]) == ("work", True)
    assert "sk-ant" not in str(entry)


async def test_a_subscription_wants_its_terms_accepted(api: Api) -> None:
    status, code, _ = await api.refused("POST", "/api/import/accounts", json=OAUTH)
    assert (status, code) == (400, "terms_not_accepted")
    assert await api.get("/api/accounts") == []
    assert (await api.get("/api/oauth/terms"))["acceptedAt"] is None
    await api.post("/api/import/accounts", OAUTH | {"acceptTerms": True})
    assert (await api.get("/api/oauth/terms"))["acceptedAt"] is not None


async def test_without_a_client_its_token_serves_until_it_ends(api: Api) -> None:
    added = await api.post("/api/import/accounts", OAUTH | {"acceptTerms": True})
    assert (added["tokenStatus"], added["tokenExpires"]) == ("needs login", "2026-11-18T12:06:40.000Z")
    assert added["needsLogin"] == "claudeflare login home"
    assert added["rateLimitStatus"] == "ok"
    secret = api.services.credentials.opened(ACCOUNT).secret
    assert isinstance(secret, OAuthTokens)
    assert secret.refused == NO_CLIENT


async def test_with_a_client_it_is_renewed(tmp_path: Path) -> None:
    async with open_api(tmp_path, oauth_client_id="mine") as api:
        added = await api.post("/api/import/accounts", OAUTH | {"acceptTerms": True})
        assert (added["tokenStatus"], added["tokenRenewed"]) == ("valid", True)
        secret = api.services.credentials.opened(ACCOUNT).secret
        assert isinstance(secret, OAuthTokens)
        assert (secret.client_id, secret.refresh_token, secret.refused) == ("mine", "sk-ant-ort01-refresh", "")


async def test_with_a_refresh_token_alone_it_is_over_at_once(tmp_path: Path) -> None:
    async with open_api(tmp_path, oauth_client_id="mine") as api:
        await api.post("/api/import/accounts", OAUTH | {"acceptTerms": True, "accessToken": None, "tokenExpires": None})
        secret = api.services.credentials.opened(ACCOUNT).secret
        assert isinstance(secret, OAuthTokens)
        assert (secret.access_token, secret.expires_at) == ("", 0.0)


async def test_an_account_is_imported_once(api: Api) -> None:
    key = {"id": ACCOUNT, "name": "work", "apiKey": "sk-ant-api03-k"}
    await api.post("/api/import/accounts", key)
    await api.post(f"/api/accounts/{ACCOUNT}/rename", {"name": "office"})
    again = await api.refused("POST", "/api/import/accounts", json=key)
    assert again == (409, "conflict", "This account was imported before; it is office here.")
    other = key | {"id": str(uuid.UUID(int=8)), "name": "Office"}
    assert (await api.refused("POST", "/api/import/accounts", json=other))[0] == 409


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"refreshToken": None}, "An account of mode max needs `refreshToken`; without one import it with mode token."),
        ({"apiKey": "sk-ant-api03-k"}, "An account of mode max takes no apiKey."),
        ({"mode": "token", "token": "t"}, "An account of mode token takes no accessToken."),
        ({"refreshToken": "a b"}, "The token holds spaces, line breaks or letters that no token has."),
    ],
)
async def test_what_does_not_fit_the_mode(api: Api, fields: dict[str, Any], words: str) -> None:
    status, _, message = await api.refused("POST", "/api/import/accounts", json=OAUTH | {"acceptTerms": True} | fields)
    assert status == 400
    assert message.startswith(words)
    assert await api.get("/api/accounts") == []


async def test_an_id_that_is_none(api: Api) -> None:
    key = {"id": "seven", "name": "work", "apiKey": "sk-ant-api03-k"}
    status, _, words = await api.refused("POST", "/api/import/accounts", json=key)
    assert status == 422
    assert "sk-ant" not in words
