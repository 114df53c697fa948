"""Whatever changes something is written down: by the application, not by each route."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from claudeflare.api.auditing import CHANGE_NOTHING
from claudeflare.home import Home
from harness.browser import ADDRESS, browser, code
from harness.rest_api import Api, open_api


class Watched:
    """An application, and what its routes noted about the latest request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.state: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.state = scope.setdefault("state", {})
        await self._app(scope, receive, send)


def writes(api: Api) -> list[tuple[str, str]]:
    """Method and path of every route that may change something."""
    paths = api.control.app.openapi()["paths"]
    return [(method.upper(), path) for path in paths for method in paths[path] if method not in ("get", "head")]


async def test_no_route_that_changes_something_is_forgotten(tmp_path: Path) -> None:
    """Each looks at what it is about before it does anything; that it is written down is tested below."""
    async with open_api(tmp_path) as api:
        found = writes(api)
        assert len(found) > 20
        watched = Watched(api.control.app)
        transport = httpx2.ASGITransport(app=watched)  # type: ignore[arg-type]  # an ASGI application all the same
        headers = dict(api.client.headers)
        actions = set()
        async with httpx2.AsyncClient(base_url="http://127.0.0.1", headers=headers, transport=transport) as client:
            for method, path in found:
                client.headers["authorization"] = f"Bearer {api.control.token}"  # one of the routes changes it
                await client.request(method, re.sub(r"{[^}]*}", "x", path), json={})
                change = watched.state.get("change")
                if change is None:
                    assert path == "/api/simulate", f"{method} {path} changes something that is not written down"
                else:
                    actions.add(change.action)
        assert len(actions) == len(found) - len(CHANGE_NOTHING), "two routes of one name: the log could not tell them"
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", action) for action in actions)


ACCOUNT = {"id", "name", "provider", "mode", "tier", "priority", "paused", "baseUrl", "reserve", "allowExtraUsage"}


async def entry(api: Api) -> Any:
    """The newest."""
    return (await api.get("/api/audit"))[0]


@pytest.mark.parametrize(
    ("method", "path", "body", "action", "subject", "before", "after"),
    [
        ("POST", "/api/accounts/main/pause", None, "pause-account", "main", {"paused": False}, {"paused": True}),
        ("POST", "/api/accounts/MAIN/tier", {"tier": 5}, "set-tier", "main", {"tier": 1}, {"tier": 5}),
        ("POST", "/api/accounts/main/rename", {"name": "a/b"}, "rename-account", "main",
         {"name": "main"}, {"name": "a/b"}),
        ("PATCH", "/api/accounts/main", {"priority": 3, "baseUrl": "http://a.example"}, "change-account", "main",
         {"priority": 0, "baseUrl": None}, {"priority": 3, "baseUrl": "http://a.example"}),
        ("POST", "/api/accounts/main/clear-limit", None, "clear-limit", "main", None, None),
        ("POST", "/api/config/strategy", {"strategy": "weighted"}, "change-strategy", "configuration",
         {"strategy": "session"}, {"strategy": "weighted"}),
        ("POST", "/api/config/retention", {"payloadDays": 3}, "change-retention", "configuration",
         {"payloadDays": 7}, {"payloadDays": 3}),
        ("POST", "/api/stats/reset", None, "reset-stats", None, None, None),
        ("POST", "/api/maintenance/clear-history", None, "clear-history", None, None,
         {"deletedRequests": 0, "olderThan": "2026-11-18T11:06:40.000Z"}),
        ("POST", "/api/maintenance/cleanup", None, "clean-up", None, None, None),
    ],
)  # fmt: skip
async def test_what_and_from_what_to_what(
    api: Api, method: str, path: str, body: Any, action: str, subject: str | None, before: Any, after: Any
) -> None:
    await api.add("main")
    answer = await api.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    written = await entry(api)
    assert (written["action"], written["subject"]) == (action, subject)
    assert (written["before"], written["after"]) == (before, after)
    assert written["at"] == "2026-11-18T11:06:40.000Z"


async def test_what_is_made_and_what_is_removed_without_its_secret(api: Api) -> None:
    made = await api.add("main", tier=5)
    added = await entry(api)
    assert (added["action"], added["subject"], added["before"]) == ("add-account", "main", None)
    assert added["after"].keys() >= ACCOUNT
    assert added["after"]["id"] == made["id"]
    assert added["after"]["tier"] == 5
    await api.client.request("DELETE", "/api/accounts/main", json={"confirm": "main"})
    removed = await entry(api)
    assert (removed["action"], removed["subject"], removed["after"]) == ("remove-account", "main", None)
    assert removed["before"] == added["after"]
    assert "sk-ant" not in json.dumps([added, removed])


async def test_a_client_key_without_the_key(api: Api) -> None:
    made = await api.post("/api/keys", {"name": "laptop", "perDay": 5.0})
    written = await entry(api)
    assert (written["action"], written["subject"], written["before"]) == ("make-key", "laptop", None)
    assert written["after"]["budgets"] == {"day": 5.0}
    await api.client.patch("/api/keys/laptop", json={"perDay": 7.5, "concurrency": 2})
    written = await entry(api)
    assert (written["action"], written["subject"]) == ("change-key", "laptop")
    assert written["before"] == {"budgets": {"day": 5.0}, "concurrency": None}
    assert written["after"] == {"budgets": {"day": 7.5}, "concurrency": 2}
    await api.client.delete("/api/keys/laptop")
    written = await entry(api)
    assert (written["action"], written["before"], written["after"]) == (
        "revoke-key",
        {"revoked": False},
        {"revoked": True},
    )
    everything = json.dumps(await api.get("/api/audit"))
    assert made["key"] not in everything
    assert "digest" not in everything


async def test_who_and_from_where(api: Api) -> None:
    await api.post("/api/stats/reset")
    written = await entry(api)
    assert (written["who"], written["address"], written["sessionId"]) == ("command line", None, None)
    await api.client.post("/api/stats/reset", headers={"x-claudeflare-peer": "192.0.2.1"})
    written = await entry(api)
    assert (written["who"], written["address"], written["sessionId"]) == ("token", "192.0.2.1", None)
    async with browser(api) as client:
        session = (await client.post("/api/sign-in", json={"code": await code(api)})).json()
        written = await entry(api)
        assert (written["action"], written["who"], written["sessionId"]) == ("sign-in", "session", session["id"])
        assert written["after"] == {"by": "link", "userAgent": "Firefox"}
        await client.post("/api/stats/reset")
        written = await entry(api)
        assert (written["who"], written["address"], written["sessionId"]) == ("session", ADDRESS, session["id"])
        await client.post("/api/sign-out")
        assert (await entry(api))["action"] == "sign-out"


async def test_the_tokens_change_is_written_down_without_the_token(api: Api) -> None:
    made = await api.post("/api/token/rotate")
    api.client.headers["authorization"] = f"Bearer {made['token']}"
    written = await entry(api)
    assert (written["action"], written["after"]) == ("rotate-token", {"sessionsEnded": 0})


async def test_what_did_not_happen_is_not_written_down(api: Api) -> None:
    await api.add("main")
    for method, path, body in [
        ("POST", "/api/accounts", {"name": "main", "apiKey": "sk-ant-x"}),
        ("POST", "/api/accounts/nobody/pause", None),
        ("POST", "/api/accounts/main/tier", {"tier": 4}),
        ("POST", "/api/config/strategy", {}),
        ("DELETE", "/api/accounts/main", {"confirm": "no"}),
        ("POST", "/api/nothing", None),
        ("GET", "/api/accounts", None),
        ("POST", "/api/sign-in", {"token": "wrong"}),
    ]:
        await api.client.request(method, path, json=body)
    await api.client.post("/api/stats/reset", headers={"authorization": "Bearer wrong"})
    assert len(await api.get("/api/audit")) == 1


async def test_a_simulation_changes_nothing(api: Api) -> None:
    body = {"accounts": [{"name": "a"}]}
    assert (await api.client.post("/api/simulate", json=body)).is_success
    assert await api.get("/api/audit") == []


async def test_a_log_that_cannot_be_written_stops_nobody(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await api.add("main")
    with closing(sqlite3.connect(Home(api.services.settings.home).database)) as database:
        database.execute("DROP TABLE audit_log")
    with caplog.at_level(logging.ERROR):
        assert (await api.client.post("/api/accounts/main/pause")).status_code == 200
    assert "pause-account of main by command line from None is not in the audit log: " in caplog.text
