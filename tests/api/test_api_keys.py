from __future__ import annotations

from typing import Any

from claudeflare.api.key_view import limits_of
from claudeflare.quotas.client_key import Budget, digest_of, well_formed
from harness.rest_api import NOW, Api, words

FIELDS = words("""
    id name source state ending created expiresAt revokedAt lastUsed models accounts requestsPerMinute tokensPerMinute
    concurrency budgets timeZone allowUnpriced shadow
""")


async def make(api: Api, name: str, **limits: Any) -> Any:
    return await api.post("/api/keys", {"name": name, **limits})


async def test_the_key_is_in_the_first_answer_and_in_no_other(api: Api) -> None:
    answer = await api.client.post("/api/keys", json={"name": "ci"})
    made = answer.json()
    assert answer.status_code == 201
    assert set(made) == FIELDS | {"key"}
    assert well_formed(made["key"])
    shown = await api.get("/api/keys/ci")
    assert set(shown) == FIELDS
    assert made["key"] not in (await api.client.get("/api/keys")).text
    assert shown["ending"] == made["key"][-4:]
    assert api.control.snapshot().client_keys[0].digest == digest_of(made["key"].encode())


async def test_limits_and_what_is_left_of_budgets(api: Api) -> None:
    await api.add("work")
    made = await make(
        api, "ci", expires="90d", models=["claude-haiku-*"], accounts=["WORK"], requestsPerMinute=60,
        tokensPerMinute=1000, concurrency=4, perDay=20, perMonth=100.5, timeZone="Europe/Berlin", shadow=True,
    )  # fmt: skip
    api.record("r1", client_key="ci", cost=12.5)
    api.record("r2", client_key="ci", cost=9.0)
    shown = await api.get(f"/api/keys/{made['id']}")
    assert shown["budgets"] == [
        {"period": "day", "usd": 20.0, "spent": 21.5, "remaining": 0.0, "resetsAt": "2026-11-18T23:00:00.000Z"},
        {"period": "month", "usd": 100.5, "spent": 21.5, "remaining": 79.0, "resetsAt": "2026-11-30T23:00:00.000Z"},
    ]
    assert (shown["accounts"], shown["models"], shown["shadow"]) == (["work"], ["claude-haiku-*"], True)
    assert shown["expiresAt"] == "2027-02-16T11:06:40.000Z"
    assert shown["lastUsed"] == "2026-11-18T11:06:40.000Z"
    assert shown["state"] == "active"
    api.clock.now += 91 * 86_400
    assert (await api.get("/api/keys/ci"))["state"] == "expired"


async def test_changes_name_what_they_change(api: Api) -> None:
    await make(api, "ci", perDay=20, perWeek=50, concurrency=4)
    changed = (await api.client.patch("/api/keys/ci", json={"perDay": None, "perMonth": 70, "shadow": True})).json()
    assert [(one["period"], one["usd"]) for one in changed["budgets"]] == [("week", 50.0), ("month", 70.0)]
    assert (changed["concurrency"], changed["shadow"]) == (4, True)
    changed = (await api.client.patch("/api/keys/ci", json={"concurrency": None, "expires": None})).json()
    assert (changed["concurrency"], changed["expiresAt"]) == (None, None)


async def test_revoked_keys_stay_for_history(api: Api) -> None:
    await make(api, "ci")
    revoked = (await api.client.delete("/api/keys/ci")).json()
    assert (revoked["state"], revoked["revokedAt"]) == ("revoked", "2026-11-18T11:06:40.000Z")
    assert await api.get("/api/keys") == []
    assert [one["name"] for one in await api.get("/api/keys", params={"revoked": "true"})] == ["ci"]
    assert not api.control.snapshot().client_keys
    assert (await api.refused("PATCH", "/api/keys/ci", json={"shadow": True}))[:2] == (409, "conflict")
    await make(api, "ci")


async def test_pages(api: Api) -> None:
    for name in ("a", "b", "c"):
        await make(api, name)
        api.clock.now += 1
    first = await api.client.get("/api/keys", params={"limit": 2})
    assert [one["name"] for one in first.json()] == ["c", "b"]
    second = await api.client.get("/api/keys", params={"limit": 2, "cursor": first.headers["x-next-cursor"]})
    assert [one["name"] for one in second.json()] == ["a"]
    assert "x-next-cursor" not in second.headers


async def test_what_cannot_be_accepted(api: Api) -> None:
    await make(api, "ci")
    for body, status in (
        ({"name": "CI"}, 409),
        ({"name": ""}, 400),
        ({"name": "x", "perDay": -1}, 400),
        ({"name": "x", "expires": "2020-01-01"}, 400),
        ({"name": "x", "expires": "soon"}, 400),
        ({"name": "x", "accounts": ["nobody"]}, 404),
        ({"name": "x", "timeZone": "Europe/Atlantis"}, 400),
        ({"name": "x", "perYear": 1}, 422),
    ):
        assert (await api.refused("POST", "/api/keys", json=body))[0] == status, body
    assert (await api.refused("GET", "/api/keys/nobody"))[0] == 404
    assert (await api.refused("GET", "/api/keys", params={"limit": "0"}))[0] == 400


async def test_only_what_is_named_becomes_a_limit(api: Api) -> None:
    assert limits_of(api.services, {}) == {}
    assert limits_of(api.services, {"per_week": 2.0}, (Budget("day", 1.0),)) == {
        "budgets": (Budget("day", 1.0), Budget("week", 2.0))
    }
    assert limits_of(api.services, {"expires": "1h"}) == {"expires_at": NOW + 3600}
