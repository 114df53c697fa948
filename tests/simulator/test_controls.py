"""Faults and state over HTTP, and what a person may ask for at the start."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from claudeflare.errors import InvalidInput
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.world import make_world
from harness.simulated_api import api_account, simulated_api

HEADERS = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}


async def test_a_fault_is_put_in_force_and_lifted() -> None:
    accounts = [api_account("work"), api_account("spare")]
    async with simulated_api(accounts) as api, httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
        made = await http.post("/simulator/faults", json={"fault": "529", "account": HEADERS["x-api-key"], "times": 2})
        assert made.status_code == 201
        assert made.json()["account"] == "work"
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
    async with simulated_api([api_account("work")]) as api, httpx2.AsyncClient(base_url=api.url) as http:
        answer = await http.post("/simulator/faults", json=command)
        assert answer.status_code == 400
        assert message in answer.json()["error"]
        assert not api.world.faults.rules


async def test_the_state_shows_what_arrived_without_secrets() -> None:
    async with simulated_api([api_account("work")]) as api:
        async with httpx2.AsyncClient(base_url=api.url, headers=HEADERS) as http:
            await http.get("/v1/models?limit=2", headers={"anthropic-beta": "fast-mode-2026-02-01"})
            await http.get("/v1/models", headers={"x-api-key": "wrong-one"})
            answer = await http.get("/simulator/state")
        state = answer.json()
    assert "sk-ant" not in answer.text
    assert "wrong-one" not in answer.text
    (account,) = state["accounts"]
    (request,) = account["requests"]
    assert account["name"] == "work"
    assert (request["method"], request["path"], request["status"]) == ("GET", "/v1/models?limit=2", 200)
    assert ["anthropic-beta", "fast-mode-2026-02-01"] in request["fields"]
    assert ["x-api-key", "…work"] in request["fields"]
    assert [(seen["account"], seen["status"]) for seen in state["requests"]] == [("work", 200), (None, 401)]


def test_options_make_a_world(tmp_path: Any) -> None:
    path = tmp_path / "accounts.toml"
    path.write_text("[[accounts]]\nname = 'work'\nkey = 'sk-ant-api03-work'\n")
    options = SimulatorOptions(accounts_file=str(path), speed=10, faults=("529;account=work;times=3", "gzip"))
    world = make_world(options)
    assert world.clock.scale == 10
    assert [rule.fault.name for rule in world.faults.rules] == ["529", "gzip"]
    assert world.pacing.seconds(60) == 1
    assert "<Accounts ['work']>" in repr(world)


@pytest.mark.parametrize(
    "options",
    [
        SimulatorOptions(speed=0),
        SimulatorOptions(tokens_per_second=0),
        SimulatorOptions(ttft=-1),
        SimulatorOptions(faults=("explode",)),
        SimulatorOptions(faults=("529;account=nobody",)),
        SimulatorOptions(accounts_file="/nowhere/accounts.toml"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: SimulatorOptions) -> None:
    with pytest.raises(InvalidInput):
        make_world(options)
