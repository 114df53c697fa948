"""Message batches, through the official client and by the simulator's clock."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest

from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.pacing import Pacing
from claudeflare.simulator.resources.batches import ARCHIVED_AFTER, EXPIRES_AFTER
from claudeflare.simulator.server import SimulatorServer
from harness.simulated_api import api_account, simulated_api

MODEL = "claude-opus-5-5"
NONE_YET = {"succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
ACCOUNTS = [api_account("work"), api_account("other")]
HEADERS = {"x-api-key": "sk-ant-api03-work", "anthropic-version": "2023-06-01"}


@pytest.fixture
async def api() -> AsyncIterator[SimulatorServer]:
    async with simulated_api(ACCOUNTS, clock=ManualClock(), pacing=Pacing(batch=100)) as server:
        yield server


@pytest.fixture
async def client(api: SimulatorServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-work", max_retries=0) as work:
        yield work


@pytest.fixture
async def other(api: SimulatorServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-other", max_retries=0) as stranger:
        yield stranger


def request(custom_id: str, **params: Any) -> Any:
    body = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": f"I am {custom_id}"}]}
    return {"custom_id": custom_id, "params": {**body, **params}}


async def outcomes(client: anthropic.AsyncAnthropic, batch_id: str) -> dict[str, Any]:
    return {entry.custom_id: entry.result async for entry in await client.messages.batches.results(batch_id)}


async def test_from_creation_to_results(api: SimulatorServer, client: anthropic.AsyncAnthropic) -> None:
    wrong = [request("stream", stream=True), request("fast", speed="fast"), request("empty", max_tokens=0)]
    unknown = [request("model", model="claude-foo"), request("threaded", thread={"type": "create"})]
    batch = await client.messages.batches.create(requests=[request("right"), *wrong, *unknown])
    assert batch.id.startswith("msgbatch_01")
    assert len(batch.id) == 33
    assert (batch.processing_status, batch.results_url, batch.ended_at) == ("in_progress", None, None)
    assert batch.request_counts.to_dict() == {
        "processing": 6,
        "succeeded": 0,
        "errored": 0,
        "canceled": 0,
        "expired": 0,
    }
    assert (batch.expires_at - batch.created_at).total_seconds() == EXPIRES_AFTER
    api.world.clock.advance(99)
    assert (await client.messages.batches.retrieve(batch.id)).processing_status == "in_progress"
    api.world.clock.advance(1)
    ended = await client.messages.batches.retrieve(batch.id)
    assert ended.processing_status == "ended"
    assert ended.results_url == f"{api.url}/v1/messages/batches/{batch.id}/results"
    assert ended.request_counts.to_dict() == {
        "processing": 0,
        "succeeded": 1,
        "errored": 5,
        "canceled": 0,
        "expired": 0,
    }
    found = await outcomes(client, batch.id)
    assert set(found) == {"right", "stream", "fast", "empty", "model", "threaded"}
    message = found["right"].message
    assert message.content[0].text.startswith("You said: I am right")
    assert message.usage.service_tier == "batch"
    assert found["model"].error.error.type == "not_found_error"
    assert found["stream"].error.error.type == "invalid_request_error"
    # Asked again, the same is said.
    assert await outcomes(client, batch.id) == found
    # Messages of a batch take nothing from the limits of others.
    assert api.world.allowances.buckets_of(ACCOUNTS[0]) == {}


async def test_another_account_finds_nothing(
    api: SimulatorServer, client: anthropic.AsyncAnthropic, other: anthropic.AsyncAnthropic
) -> None:
    batch = await client.messages.batches.create(requests=[request("a")])
    calls = [other.messages.batches.retrieve, other.messages.batches.cancel, other.messages.batches.delete]
    for call in [*calls, other.messages.batches.results]:
        with pytest.raises(anthropic.NotFoundError) as refused:
            await call(batch.id)
        assert refused.value.body["error"]["type"] == "not_found_error"  # type: ignore[index]
    assert (await other.messages.batches.list()).data == []
    assert [entry.id for entry in (await client.messages.batches.list()).data] == [batch.id]
    api.world.clock.advance(100)
    async with httpx2.AsyncClient(headers={**HEADERS, "x-api-key": "sk-ant-api03-other"}) as http:
        assert (await http.get(f"{api.url}/v1/messages/batches/{batch.id}/results")).status_code == 404


async def test_canceling_ends_it_with_the_request_at_work(
    api: SimulatorServer, client: anthropic.AsyncAnthropic
) -> None:
    batch = await client.messages.batches.create(requests=[request(name) for name in "abcd"])
    api.world.clock.advance(30)
    canceled = await client.messages.batches.cancel(batch.id)
    assert canceled.processing_status == "canceling"
    assert canceled.cancel_initiated_at is not None
    with pytest.raises(anthropic.BadRequestError, match="still being processed"):
        await client.messages.batches.delete(batch.id)
    api.world.clock.advance(15)
    again = await client.messages.batches.cancel(batch.id)
    assert again.cancel_initiated_at == canceled.cancel_initiated_at
    api.world.clock.advance(5)
    ended = await client.messages.batches.retrieve(batch.id)
    assert (ended.request_counts.succeeded, ended.request_counts.canceled) == (2, 2)
    assert {name: result.type for name, result in (await outcomes(client, batch.id)).items()} == {
        "a": "succeeded",
        "b": "succeeded",
        "c": "canceled",
        "d": "canceled",
    }
    with pytest.raises(anthropic.BadRequestError, match="already ended"):
        await client.messages.batches.cancel(batch.id)
    deleted = await client.messages.batches.delete(batch.id)
    assert (deleted.id, deleted.type) == (batch.id, "message_batch_deleted")
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.batches.retrieve(batch.id)


async def test_what_is_not_done_in_a_day_expires() -> None:
    clock = ManualClock()
    pacing = Pacing(batch=2 * EXPIRES_AFTER)
    async with (
        simulated_api(ACCOUNTS, clock=clock, pacing=pacing) as api,
        anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-work", max_retries=0) as client,
    ):
        batch = await client.messages.batches.create(requests=[request("a"), request("b")])
        clock.advance(EXPIRES_AFTER)
        ended = await client.messages.batches.retrieve(batch.id)
        assert ended.ended_at == ended.expires_at
        assert {name: result.type for name, result in (await outcomes(client, batch.id)).items()} == {
            "a": "succeeded",
            "b": "expired",
        }
        clock.advance(ARCHIVED_AFTER)
        archived = await client.messages.batches.retrieve(batch.id)
        assert archived.archived_at is not None
        assert archived.results_url is None
        async with httpx2.AsyncClient(headers=HEADERS) as http:
            gone = await http.get(f"{api.url}/v1/messages/batches/{batch.id}/results")
        assert (gone.status_code, gone.json()["error"]["type"]) == (404, "not_found_error")


async def test_results_before_the_end_are_not_there(api: SimulatorServer, client: anthropic.AsyncAnthropic) -> None:
    batch = await client.messages.batches.create(requests=[request("a")])
    async with httpx2.AsyncClient(headers=HEADERS) as http:
        early = await http.get(f"{api.url}/v1/messages/batches/{batch.id}/results")
    assert early.status_code == 404


async def test_pages_in_both_directions(client: anthropic.AsyncAnthropic) -> None:
    made = [(await client.messages.batches.create(requests=[request("a")])).id for _ in range(5)]
    newest_first = made[::-1]
    page = await client.messages.batches.list(limit=2)
    assert ([entry.id for entry in page.data], page.has_more) == (newest_first[:2], True)
    assert [entry.id async for entry in client.messages.batches.list(limit=2)] == newest_first
    last = await client.messages.batches.list(limit=2, after_id=newest_first[2])
    assert ([entry.id for entry in last.data], last.has_more) == (newest_first[3:], False)
    before = await client.messages.batches.list(limit=2, before_id=newest_first[3])
    assert ([entry.id for entry in before.data], before.has_more) == (newest_first[1:3], True)
    assert (before.first_id, before.last_id) == (newest_first[1], newest_first[2])
    for wrong in ({"limit": 0}, {"limit": 1001}, {"after_id": "msgbatch_none"}):
        with pytest.raises(anthropic.BadRequestError):
            await client.messages.batches.list(**wrong)  # type: ignore[arg-type]


GOOD = request("a")
WRONG: list[tuple[Any, str]] = [
    ({}, "requests: Field required"),
    ({"requests": []}, "1 to 100000 items"),
    ({"requests": {}}, "1 to 100000 items"),
    ({"requests": [GOOD], "model": MODEL}, "model: Extra inputs"),
    ({"requests": [1]}, "requests.0: Input should be a valid dictionary"),
    ({"requests": [{"params": {}}]}, "requests.0.custom_id: Field required"),
    ({"requests": [GOOD, {"custom_id": "b"}]}, "requests.1.params: Field required"),
    ({"requests": [{**GOOD, "more": 1}]}, "requests.0.more: Extra inputs"),
    ({"requests": [{**GOOD, "custom_id": "a b"}]}, "should match pattern"),
    ({"requests": [{**GOOD, "custom_id": "x" * 65}]}, "should match pattern"),
    ({"requests": [{**GOOD, "custom_id": 1}]}, "should match pattern"),
    ({"requests": [{**GOOD, "params": []}]}, "requests.0.params: Input"),
    ({"requests": [GOOD, GOOD]}, "custom_id must be unique"),
]


@pytest.mark.parametrize(("body", "message"), WRONG, ids=[message for _, message in WRONG])
async def test_a_batch_that_is_none_is_refused(api: SimulatorServer, body: Any, message: str) -> None:
    async with httpx2.AsyncClient(headers=HEADERS) as http:
        refused = await http.post(f"{api.url}/v1/messages/batches", content=json.dumps(body))
    assert refused.status_code == 400
    assert message in refused.json()["error"]["message"]


async def test_a_batch_may_be_larger_than_a_message(api: SimulatorServer) -> None:
    body = {"requests": [GOOD], "padding": "x" * (33 * 1024 * 1024)}
    async with httpx2.AsyncClient(headers=HEADERS) as http:
        answer = await http.post(f"{api.url}/v1/messages/batches", content=json.dumps(body))
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "padding: Extra inputs are not permitted")


async def test_at_full_speed_a_batch_has_ended_when_it_is_looked_at() -> None:
    async with (
        simulated_api(ACCOUNTS) as api,
        anthropic.AsyncAnthropic(base_url=api.url, api_key="sk-ant-api03-work") as client,
    ):
        batch = await client.messages.batches.create(requests=[request("a")])
        assert batch.processing_status == "in_progress"
        assert (await client.messages.batches.retrieve(batch.id)).processing_status == "ended"
        assert (await outcomes(client, batch.id))["a"].type == "succeeded"
        api.world.restart()
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.batches.retrieve(batch.id)
