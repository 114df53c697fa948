"""The simulator's own routes: faults, accounts, limits, windows, time and state over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from claudeflare.simulator.accounts import Limits, WindowBudgets
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.controls.routes import CONTROLS
from claudeflare.simulator.pacing import Pacing
from harness.simulated_api import api_account, simulated_api, subscription

HEADERS = {"x-api-key": "sk-ant-api03-main", "anthropic-version": "2023-06-01"}


async def test_a_fault_is_put_in_force_and_lifted() -> None:
    accounts = [api_account("main"), api_account("spare")]
    async with simulated_api(accounts) as api, httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        made = await http.post("/simulator/faults", json={"fault": "529", "account": HEADERS["x-api-key"], "times": 2})
        assert made.status_code == 201
        assert made.json()["account"] == "main"
        assert (await http.get("/v1/models")).status_code == 529
        other = await http.get("/v1/models", headers={"x-api-key": "sk-ant-api03-spare"})
        assert other.status_code == 200
        (rule,) = (await http.get("/simulator/faults")).json()["faults"]
        assert rule["fault"] == {"name": "529"}
        assert rule["times"] == 1
        assert (await http.delete("/simulator/faults")).status_code == 204
        assert (await http.get("/v1/models")).status_code == 200


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ({"fault": "explode"}, "There is no fault 'explode'"),
        ({"fault": "529", "account": "nobody"}, "There is no account 'nobody'"),
        ({"fault": "529", "times": 0}, "at least 1"),
        ({"fault": "529", "probability": 2}, "between 0 and 1"),
        ({}, "missing required field `fault`"),
        ({"fault": "529", "when": "now"}, "unknown field `when`"),
    ],
)
async def test_a_bad_command_is_refused_with_the_reason(command: dict[str, Any], message: str) -> None:
    async with simulated_api([api_account("main")]) as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.post("/simulator/faults", json=command)
        assert answer.status_code == 400
        assert message in answer.json()["error"]
        assert not api.world.faults.rules


async def test_the_state_shows_what_arrived_without_secrets() -> None:
    async with simulated_api([api_account("main")]) as api:
        async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
            await http.get("/v1/models?limit=2", headers={"anthropic-beta": "fast-mode-2026-02-01"})
            await http.get("/v1/models", headers={"x-api-key": "wrong-one"})
            answer = await http.get("/simulator/state")
        state = answer.json()
    assert "sk-ant" not in answer.text
    assert "wrong-one" not in answer.text
    (account,) = state["accounts"]
    (request,) = account["requests"]
    assert account["name"] == "main"
    assert (request["method"], request["path"], request["status"]) == ("GET", "/v1/models?limit=2", 200)
    assert ["anthropic-beta", "fast-mode-2026-02-01"] in request["fields"]
    assert ["x-api-key", "…main"] in request["fields"]
    assert [(seen["account"], seen["status"]) for seen in state["requests"]] == [("main", 200), (None, 401)]


async def test_one_fault_is_lifted_and_the_others_stay() -> None:
    async with simulated_api(clock=ManualClock()) as api, httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        first = await http.post("/simulator/faults", json={"fault": "500", "model": "opus"})
        second = await http.post("/simulator/faults", json={"fault": "503", "at": 60, "lasts": 10, "every": 60})
        assert (first.json()["number"], second.json()["number"], second.json()["every"]) == (1, 2, 60)
        assert (await http.delete("/simulator/faults/1")).status_code == 204
        missing = await http.delete("/simulator/faults/1")
        assert (missing.status_code, missing.json()["error"][:27]) == (404, "There is no fault number 1 ")
        assert (await http.get("/v1/models")).status_code == 200
        await http.post("/simulator/clock/advance", json={"seconds": 60})
        assert (await http.get("/v1/models")).status_code == 503


async def test_accounts_come_and_go_while_it_runs() -> None:
    async with simulated_api([api_account("main")]) as api, httpx2.AsyncClient(base_url=api.url) as http:
        spare = {"x-api-key": "sk-ant-api03-spare", "anthropic-version": "2023-06-01"}
        assert (await http.get("/v1/models", headers=spare)).status_code == 401
        made = await http.put("/simulator/accounts/spare", json={"key": spare["x-api-key"], "organization": "acme"})
        assert (made.status_code, made.json()["key"]) == (201, "…pare")
        answer = await http.get("/v1/models", headers=spare)
        assert answer.headers["anthropic-organization-id"] == made.json()["organization_id"]
        moved = await http.put("/simulator/accounts/spare", json={"organization": "other", "tier": "scale"})
        assert (moved.status_code, moved.json()["tier"]) == (200, "scale")
        assert moved.json()["organization_id"] != made.json()["organization_id"]
        listed = (await http.get("/simulator/accounts")).json()["accounts"]
        assert [account["name"] for account in listed] == ["main", "spare"]
        assert (await http.delete("/simulator/accounts/spare")).status_code == 204
        assert (await http.get("/v1/models", headers=spare)).status_code == 401
        assert (await http.get("/simulator/accounts/spare")).status_code == 404


async def test_limits_change_while_it_runs() -> None:
    account = api_account("main", limits=Limits(requests=100, input_tokens=1000, output_tokens=1000))
    body = {"model": "claude-opus-5-5", "max_tokens": 8, "messages": [{"role": "user", "content": "x" * 800}]}
    async with (
        simulated_api([account], clock=ManualClock()) as api,
        httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http,
    ):
        assert (await http.post("/v1/messages", json=body)).status_code == 200
        lower = {"requests": 100, "input-tokens": 300, "output-tokens": 1000}
        changed = await http.put("/simulator/accounts/main/limits", json=lower)
        assert changed.json()["limits"]["opus"]["input_tokens"]["limit"] == 300
        refused = await http.post("/v1/messages", json=body)
        assert "300 input tokens per minute" in refused.json()["error"]["message"]
        higher = {"requests": 100, "input-tokens": 5000, "output-tokens": 1000, "model": "opus"}
        await http.put("/simulator/accounts/main/limits", json=higher)
        assert (await http.post("/v1/messages", json=body)).status_code == 200
        shown = (await http.get("/simulator/accounts/main")).json()["limits"]["opus"]
        assert shown["input_tokens"]["remaining"] == 5000 - 2 * 204


async def test_windows_are_put_where_a_test_wants_them() -> None:
    account = subscription("max", windows=WindowBudgets(session_tokens=1000))
    bearer = {
        "authorization": f"Bearer {account.key}",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "oauth-2025-04-20",
    }
    body = {"model": "claude-opus-5-5", "max_tokens": 8, "messages": [{"role": "user", "content": "Hi"}]}
    async with (
        simulated_api([account, api_account("main")], clock=ManualClock()) as api,
        httpx2.AsyncClient(base_url=api.url, headers=bearer) as http,
    ):
        where = "/simulator/accounts/max/windows"
        put = await http.put(where, json={"five_hour": {"utilization": 1, "resets-in": 600}})
        assert put.json()["windows"]["five_hour"]["status"] == "rejected"
        answer = await http.post("/v1/messages", json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
        await http.post("/simulator/clock/advance", json={"seconds": 600})
        assert (await http.post("/v1/messages", json=body)).status_code == 200
        place = {"utilization": 1, "resets-in": 600}
        for path, command, message in (
            (where, {"7d_oi": place}, "max has no window '7d_oi'; it has five_hour, seven_day."),
            (where, {"5h": {"utilization": -1, "resets-in": 600}}, "utilization must be at least 0"),
            ("/simulator/accounts/main/windows", {"5h": place}, "main has an API key"),
        ):
            refused = await http.put(path, json=command)
            assert (refused.status_code, refused.json()["error"][: len(message)]) == (400, message)
        rewritten = await http.put("/simulator/accounts/max", json={"windows": {"session-tokens": 5}})
        assert rewritten.json()["windows"]["five_hour"]["utilization"] == 0


async def test_time_is_set_going_stopped_and_moved() -> None:
    async with simulated_api(clock=ManualClock(1000.0)) as api, httpx2.AsyncClient(base_url=api.url) as http:
        assert (await http.get("/simulator/clock")).json() == {
            "now": 1000.0,
            "time": "1970-01-01T00:16:40+00:00",
            "speed": 0.0,
        }
        moved = await http.post("/simulator/clock/advance", json={"seconds": 60.5})
        assert moved.json()["now"] == 1060.5
        running = await http.put("/simulator/clock", json={"speed": 1000})
        assert (running.json()["speed"], api.world.clock.scale) == (1000, 1000)
        for path, command in (("/simulator/clock/advance", {"seconds": -1}), ("/simulator/clock/advance", {})):
            assert (await http.post(path, json=command)).status_code == 400
        assert (await http.put("/simulator/clock", json={"speed": -1})).status_code == 400


async def test_pacing_changes_in_parts() -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        await http.put("/simulator/pacing", json={"ttft": 2, "tokens-per-second": 30})
        changed = await http.put("/simulator/pacing", json={"jitter": 0.1})
        assert changed.json() == {"ttft": 2.0, "tokens-per-second": 30.0, "jitter": 0.1, "batch": 0.0}
        assert api.world.pacing == Pacing(ttft=2, tokens_per_second=30, jitter=0.1)
        assert (await http.get("/simulator/pacing")).json() == changed.json()
        for wrong in ({"ttft": -1}, {"pace": 1}, {"ttft": "soon"}, []):
            assert (await http.put("/simulator/pacing", json=wrong)).status_code == 400


async def test_it_forgets_and_begins_anew() -> None:
    async with (
        simulated_api([api_account("main")], clock=ManualClock()) as api,
        httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http,
    ):
        await http.get("/v1/models")
        first = api.world.seen[0].request_id
        await http.post("/simulator/faults", json={"fault": "500"})
        assert (await http.delete("/simulator/state")).status_code == 204
        assert (await http.get("/simulator/state")).json()["requests"] == []
        assert (await http.get("/v1/models")).status_code == 500
        assert (await http.post("/simulator/restart")).status_code == 204
        assert (await http.get("/v1/models")).status_code == 200
        assert api.world.seen[0].request_id == first


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/simulator/accounts/main", {"tier": "gold"}),
        ("/simulator/accounts/new", {}),
        ("/simulator/accounts/new", {"key": HEADERS["x-api-key"]}),
        ("/simulator/accounts/main", []),
        ("/simulator/accounts/main/limits", {"requests": 0, "input-tokens": 1, "output-tokens": 1}),
        ("/simulator/accounts/main/limits", {"requests": 1, "input-tokens": 1, "output-tokens": 1, "model": "gpt"}),
        ("/simulator/accounts/main/limits", {"requests": 1}),
    ],
)
async def test_what_an_account_cannot_be_is_refused(path: str, body: Any) -> None:
    async with simulated_api([api_account("main")]) as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.put(path, json=body)
    assert answer.status_code == 400
    assert "sk-ant" not in answer.text


async def test_there_is_a_list_of_all_this() -> None:
    async with simulated_api() as api, httpx2.AsyncClient(base_url=api.url) as http:
        controls = (await http.get("/simulator")).json()["controls"]
    assert [(control["method"], control["path"]) for control in controls] == [entry[:2] for entry in CONTROLS]
    assert all(control["what"] for control in controls)
