"""Conversations held by the API, through the official client's threads and without them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.resources.threads import KEPT_SECONDS
from claudeflare.simulator.server import SimulatorServer
from claudeflare.tasks import TaskKeeper
from harness.simulated_api import api_account, simulated_api

MODEL = "claude-opus-5-5"
BETA = {"anthropic-beta": "message-threads-2026-08-12", "anthropic-version": "2023-06-01"}
ASKED: dict[str, Any] = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "One?"}]}


@pytest.fixture
async def api() -> AsyncIterator[SimulatorServer]:
    async with simulated_api([api_account("work"), api_account("other")], clock=ManualClock()) as server:
        yield server


async def ask(api: SimulatorServer, body: dict[str, Any], *, key: str = "work", beta: bool = True) -> httpx2.Response:
    headers = {**BETA, "x-api-key": f"sk-ant-api03-{key}"}
    if not beta:
        del headers["anthropic-beta"]
    async with httpx2.AsyncClient(base_url=api.url) as http:
        return await http.post("/v1/messages", json=body, headers=headers)


def continuing(message_id: str, **more: Any) -> dict[str, Any]:
    thread = {"type": "continue", "previous_message_id": message_id}
    return {**ASKED, "messages": [{"role": "user", "content": "Two?"}], "thread": thread, **more}


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["details"]["error_code"]


async def test_the_client_sends_only_what_is_new(api: SimulatorServer) -> None:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-work", max_retries=0) as client:
        thread = client.beta.messages.thread(**ASKED, system="Be brief.")
        await thread.send()
        reply = await thread.send({"role": "user", "content": "Two?"})
        assert thread.previous_message_id == reply.id
        assert len(json.loads(api.world.seen[1].body)["messages"]) == 1
        # All of the conversation was read: it is longer than what was sent.
        assert (api.world.seen[1].input_tokens or 0) > (api.world.seen[0].input_tokens or 0)
        api.world.clock.advance(KEPT_SECONDS)
        # It was forgotten: the client begins a new thread with the whole of it.
        await thread.send({"role": "user", "content": "Three?"})
    assert [seen.status for seen in api.world.seen] == [200, 200, 404, 200]
    assert len(json.loads(api.world.seen[3].body)["messages"]) == 5


async def test_a_thread_is_its_accounts_own(api: SimulatorServer) -> None:
    first = (await ask(api, {**ASKED, "thread": {"type": "create"}})).json()
    assert code(await ask(api, continuing(first["id"]), key="other")) == (404, "thread_not_found")
    assert code(await ask(api, continuing("msg_none"))) == (404, "thread_not_found")
    assert (await ask(api, continuing(first["id"]))).status_code == 200
    assert code(await ask(api, continuing(first["id"]))) == (400, "thread_already_continued")


async def test_what_was_not_asked_to_be_held_is_not(api: SimulatorServer) -> None:
    first = (await ask(api, ASKED)).json()
    assert code(await ask(api, continuing(first["id"]))) == (404, "thread_not_found")


async def test_system_and_tools_stay(api: SimulatorServer) -> None:
    first = (await ask(api, {**ASKED, "system": "Be brief.", "thread": {"type": "create"}})).json()
    assert code(await ask(api, continuing(first["id"], system="Be long."))) == (400, "thread_fingerprint_mismatch")
    assert (await ask(api, continuing(first["id"], system="Be brief."))).status_code == 200


async def test_what_threads_do_not_take(api: SimulatorServer) -> None:
    answer = await ask(api, {**ASKED, "thread": {"type": "create"}, "fallbacks": "default"})
    assert answer.json()["error"]["details"] == {
        "error_code": "thread_unsupported_request",
        "unsupported": ["fallbacks"],
    }
    for wrong in ("create", {"type": "else"}, {"type": "continue"}):
        assert (await ask(api, {**ASKED, "thread": wrong})).status_code == 400
    refused = await ask(api, {**ASKED, "thread": {"type": "create"}}, beta=False)
    assert refused.json()["error"]["message"] == "thread: Extra inputs are not permitted"
    first = (await ask(api, {**ASKED, "thread": {"type": "create"}})).json()
    assert (await ask(api, continuing(first["id"], messages="none"))).status_code == 400


async def test_only_one_request_continues_at_a_time() -> None:
    clock = ManualClock()
    async with simulated_api([api_account("work")], clock=clock, pacing=Pacing()) as api:
        first = (await ask(api, {**ASKED, "thread": {"type": "create"}})).json()
        api.world.pacing = Pacing(ttft=5)
        running = TaskKeeper().start(ask(api, continuing(first["id"])), name="running")
        await clock.until_somebody_sleeps()
        assert code(await ask(api, continuing(first["id"]))) == (400, "thread_continue_in_flight")
        clock.advance(5)
        assert (await running).status_code == 200


async def test_an_answer_without_content_is_not_held(api: SimulatorServer) -> None:
    empty = (await ask(api, {**ASKED, "max_tokens": 0, "thread": {"type": "create"}})).json()
    assert empty["content"] == []
    assert code(await ask(api, continuing(empty["id"]))) == (404, "thread_not_found")
