"""Requests that wait for an account, through real sockets: who is served when, what is recorded, every way it ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic, time
from typing import Any

import pytest

from claudeflare.balancing.change import BenchCleared, Benched
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.gateway.messages import ChangesMade, InFlight
from gateway.answers import MESSAGE, REQUEST, STREAM, STREAM_REQUEST, error_body
from harness.gateway import RawClient, RunningGateway, account, running_gateway
from harness.upstream import Script, UpstreamPeer, repeat, scripted_upstream

WORK, SPARE = account("work"), account("spare")
WAITING: dict[str, Any] = {"queue_max_wait": 30.0}
LIMIT = error_body(
    "rate_limit_error", "This request would exceed your organization's rate limit of 1 tokens per minute"
)
HAIKU = REQUEST.replace(b"opus-5-5", b"haiku-4-5")


async def good(peer: UpstreamPeer) -> None:
    if b'"stream":true' in peer.body:
        await peer.begin_stream()
        await peer.chunk(STREAM)
        await peer.end_stream()
    else:
        await peer.answer(MESSAGE)


def limited(times: int, then: Script = good, retry_after: bytes = b"20") -> Script:
    """A 429 with a stated wait so many times, then something else."""
    left = times

    async def script(peer: UpstreamPeer) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            await peer.answer(LIMIT, b"429 Too Many Requests", b"retry-after: " + retry_after)
        else:
            await then(peer)

    return repeat(script)


def bench(gateway: RunningGateway, seconds: float, name: str = "work", model_class: str = "") -> None:
    gateway.server.apply_changes([Benched(f"id-{name}", model_class, time() + seconds, "rate limited: tokens")])


def clear(gateway: RunningGateway, name: str = "work", model_class: str = "") -> None:
    gateway.server.apply_changes([BenchCleared(f"id-{name}", model_class)])


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 10
    while not condition():
        assert monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0)


async def sent(gateway: RunningGateway, body: bytes = REQUEST, *headers: str, waiting: int = 1) -> RawClient:
    """A client whose request waits, as the last of so many."""
    client = await gateway.connect()
    await client.request("/v1/messages", body, "POST", *headers)
    await until(lambda: len(gateway.server.waiting) == waiting)
    return client


async def finished(client: RawClient) -> tuple[int, dict[str, str], bytes]:
    answer = await client.response()
    client.close()
    return answer


@pytest.mark.parametrize(("body", "answer"), [(REQUEST, MESSAGE), (STREAM_REQUEST, STREAM)], ids=["json", "stream"])
async def test_a_request_waits_until_the_stated_time(tmp_path: Path, body: bytes, answer: bytes) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 0.3)
        began = monotonic()
        client = await sent(gateway, body)
        assert (await finished(client))[::2] == (200, answer)
        took = monotonic() - began
        record = await gateway.record()
        assert 0 < record.queued_ms <= took * 1000
        assert record.overhead_ms < record.queued_ms
        assert [(each.outcome, each.next_step) for each in record.attempts] == [("served", "relay")]
        waits, goes = record.picks
        assert waits.why == "no account is available: the request waits"
        assert [(each.account, each.out) for each in waits.candidates] == [("work", "rate limited: tokens")]
        assert re.match(r"after 0\.\d s in the queue: ", goes.why)
        assert gateway.server.pool.in_flight() == {"id-work": 0}


async def cleared(gateway: RunningGateway) -> None:
    clear(gateway)


async def added(gateway: RunningGateway) -> None:
    gateway.configure([WORK, SPARE], version=2)


@pytest.mark.parametrize(("change", "who"), [(cleared, "work"), (added, "spare")])
async def test_a_change_wakes_those_who_wait(
    tmp_path: Path, change: Callable[[RunningGateway], Awaitable[None]], who: str
) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 20)
        client = await sent(gateway)
        await change(gateway)
        status, fields, _ = await finished(client)
        assert (status, fields["x-claudeflare-account"]) == (200, who)


async def test_a_limit_met_by_the_last_account_is_waited_for(tmp_path: Path) -> None:
    async with (
        scripted_upstream(limited(1)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        client = await sent(gateway)
        clear(gateway, model_class="opus")
        status, fields, body = await finished(client)
        assert (status, body, fields["x-claudeflare-attempts"]) == (200, MESSAGE, "2")
        record = await gateway.record()
        steps = [(each.outcome, each.next_step) for each in record.attempts]
        assert steps == [("rate_limited", "wait"), ("served", "relay")]
        assert record.queued_ms > 0
        assert record.terminal_state == "complete"


async def test_limits_met_by_all_are_waited_for_wherever_one_ends_first(tmp_path: Path) -> None:
    async with (
        scripted_upstream(limited(2)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK, SPARE], **WAITING) as gateway,
    ):
        client = await sent(gateway)
        first = gateway.server.waiting.lines()
        clear(gateway, "spare", "opus")
        assert (await finished(client))[1]["x-claudeflare-account"] == "spare"
        assert [(line.model_class, line.count) for line in first] == [("opus", 1)]
        record = await gateway.record()
        assert [each.next_step for each in record.attempts] == ["another", "wait", "relay"]


async def test_whoever_is_limited_again_waits_again(tmp_path: Path) -> None:
    async with (
        scripted_upstream(limited(3)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        client = await sent(gateway)
        answer = asyncio.get_running_loop().create_task(finished(client))
        while not answer.done():
            clear(gateway, model_class="opus")
            await asyncio.wait([answer], timeout=0.01)
        assert answer.result()[0] == 200
        record = await gateway.record()
        assert [each.next_step for each in record.attempts] == ["wait", "wait", "wait", "relay"]


async def test_too_far_away_is_said_at_once(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK, SPARE], **WAITING) as gateway,
    ):
        bench(gateway, 100)
        bench(gateway, 70, "spare")
        client = await gateway.connect()
        await client.request(body=REQUEST)
        status, fields, body = await finished(client)
        assert (status, fields["x-should-retry"]) == (429, "false")
        assert 69 <= int(fields["retry-after"]) <= 70
        assert b"work: rate limited: tokens until" in body
        assert b"spare: rate limited: tokens until" in body
        record = await gateway.record()
        assert (record.terminal_state, record.queued_ms, record.attempts) == ("refused", 0.0, [])


async def test_at_the_deadline_the_truth_as_it_is_then(tmp_path: Path) -> None:
    async with (
        scripted_upstream(limited(1, retry_after=b"1")) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], queue_max_wait=1.1) as gateway,
    ):
        client = await sent(gateway)
        bench(gateway, 40, model_class="opus")
        bench(gateway, 50)
        status, fields, body = await finished(client)
        assert status == 429
        assert 48 <= int(fields["retry-after"]) <= 50
        assert b"Claudeflare account" in body
        record = await gateway.record()
        assert (record.terminal_state, record.attempts[0].next_step) == ("refused", "refuse")
        assert record.queued_ms > 0


async def test_a_client_that_leaves_gives_its_place_away(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 20)
        leaving = await sent(gateway)
        staying = await sent(gateway, waiting=2)
        leaving.reset()
        await until(lambda: len(gateway.server.waiting) == 1)
        clear(gateway)
        assert (await finished(staying))[0] == 200
        await until(lambda: len(gateway.records()) == 2)
        left, served = gateway.records()
        assert (left.terminal_state, left.status, left.attempts) == ("client_closed", 499, [])
        assert left.queued_ms > 0
        assert served.status == 200
        assert upstream.connections == 1
        assert gateway.server.pool.in_flight() == {"id-work": 0}


async def test_the_queue_is_bounded(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], queue_limit=1, **WAITING) as gateway,
    ):
        bench(gateway, 20)
        first = await sent(gateway)
        refused = await gateway.connect()
        await refused.request(body=REQUEST)
        status, fields, body = await finished(refused)
        assert (status, fields["retry-after"]) == (429, "20")
        assert b"the queue is full" in body
        assert b"work: rate limited" in body
        clear(gateway)
        assert (await finished(first))[0] == 200


async def test_the_bytes_of_those_who_wait_are_bounded(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], queue_limit_bytes=len(REQUEST) + 9, **WAITING) as gateway,
    ):
        bench(gateway, 20)
        first = await sent(gateway)
        refused = await gateway.connect()
        await refused.request(body=REQUEST)
        assert b"the queue is full" in (await finished(refused))[2]
        first.close()


async def test_when_the_server_goes_those_who_wait_are_told(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 20)
        client = await sent(gateway)
        drain = asyncio.get_running_loop().create_task(gateway.server.drain())
        status, fields, body = await client.response()
        assert (status, fields["connection"], fields["retry-after"]) == (503, "close", "1")
        assert b"going down" in body
        assert await client.rest() == b""
        client.close()
        await drain
        record = await gateway.record()
        assert (record.terminal_state, record.status) == ("refused", 503)


async def test_when_the_last_account_is_removed_the_callers_own_credential_is_used(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 20)
        client = await sent(gateway, REQUEST, "x-api-key: own")
        gateway.configure([], version=2)
        assert (await finished(client))[0] == 200
        assert upstream.peers[0].header(b"x-api-key") == [b"own"]


async def test_a_newcomer_queues_behind_and_other_models_do_not_wait(tmp_path: Path) -> None:
    order: list[bytes] = []

    async def noting(peer: UpstreamPeer) -> None:
        order.append(peer.header(b"x-number")[0])
        await good(peer)

    async with (
        scripted_upstream(repeat(noting)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        bench(gateway, 20, model_class="opus")
        waiting = [await sent(gateway, REQUEST, f"x-number: {n}", waiting=n + 1) for n in range(3)]
        other = await gateway.connect()
        await other.request("/v1/messages", HAIKU, "POST", "x-number: haiku")
        assert (await finished(other))[0] == 200
        clear(gateway, model_class="opus")
        late = await gateway.connect()
        await late.request("/v1/messages", REQUEST, "POST", "x-number: late")
        for client in (*waiting, late):
            assert (await finished(client))[0] == 200
        assert order == [b"haiku", b"0", b"1", b"2", b"late"]


async def test_a_body_that_is_streamed_waits_too(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], replay_limit_bytes=10, **WAITING) as gateway,
    ):
        bench(gateway, 20)
        client = await sent(gateway)
        clear(gateway)
        assert (await finished(client))[::2] == (200, MESSAGE)
        assert upstream.peers[0].body == REQUEST


async def test_who_waits_is_reported(tmp_path: Path) -> None:
    async with (
        scripted_upstream(repeat(good)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], **WAITING) as gateway,
    ):
        said: list[ChangesMade | InFlight] = []
        gateway.server.control.connected(lambda message: said.append(message))
        at = time()
        bench(gateway, 20)
        client = await sent(gateway, HAIKU)
        assert gateway.server.health()["waiting"] == 1
        gateway.server.control.report()
        report = said[-1]
        assert isinstance(report, InFlight)
        (line,) = report.waiting_lines
        assert report.waiting == 1
        assert line == WaitingLine(None, "haiku", None, 1, line.since, line.until)
        assert at <= line.since <= time()
        assert line.until is not None
        assert 19 < line.until - at < 21
        clear(gateway)
        await finished(client)
        gateway.server.control.report()
        report = said[-1]
        assert isinstance(report, InFlight)
        assert (report.waiting, report.waiting_lines) == (0, [])


async def test_a_wait_does_not_use_up_the_time_for_attempts(tmp_path: Path) -> None:
    """The deadline for starting attempts is shorter than the wait, and the attempt after the wait may still retry."""
    calls = 0

    async def fails_once(peer: UpstreamPeer) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            await peer.answer(error_body("api_error"), b"500 Internal Server Error")
        else:
            await good(peer)

    async with (
        scripted_upstream(repeat(fails_once)) as upstream,
        running_gateway(upstream.url, tmp_path, [WORK], start_deadline=0.4, **WAITING) as gateway,
    ):
        bench(gateway, 20)
        client = await sent(gateway)
        late = monotonic() + 0.45
        await until(lambda: monotonic() > late)
        clear(gateway)
        assert (await finished(client))[0] == 200
        record = await gateway.record()
        assert [each.next_step for each in record.attempts] == ["retry", "relay"]
        assert record.queued_ms > 400
