"""A request on a reused connection is repeated only when nothing of it was written (as in Go's net/http)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.answers import MESSAGE, REQUEST
from harness.gateway import account, running_gateway
from harness.upstream import UpstreamPeer, repeat, scripted_upstream


async def answer(peer: UpstreamPeer) -> None:
    await peer.answer(MESSAGE)


async def one_then_end(peer: UpstreamPeer) -> None:
    """Answer once, take a second request whole and end without a word."""
    await peer.read_request()
    await peer.answer(MESSAGE)
    assert await peer.read_request()


async def one_then_reset(peer: UpstreamPeer) -> None:
    await one_then_end(peer)
    peer.reset()


@pytest.mark.parametrize("script", [one_then_end, one_then_reset])
async def test_a_request_that_was_written_is_not_written_again(tmp_path: Path, script: object) -> None:
    async with (
        scripted_upstream(script, repeat(answer)) as upstream,  # type: ignore[arg-type]
        running_gateway(upstream.url, tmp_path, [account("work")]) as gateway,
    ):
        client = await gateway.connect()
        statuses = []
        for _ in range(2):
            await client.request(body=REQUEST)
            statuses.append((await client.response())[0])
        client.close()
        assert statuses == [200, 502]
        assert upstream.connections == 1
        attempt = gateway.records()[-1].attempts[-1]
        assert attempt.outcome == "answer_lost"
        assert attempt.maybe_billed
        assert attempt.connected_ms is None  # it was a reused connection


async def test_another_account_may_be_tried_and_the_record_says_what_that_may_cost(tmp_path: Path) -> None:
    async with (
        scripted_upstream(one_then_end, repeat(answer)) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work"), account("home")]) as gateway,
    ):
        client = await gateway.connect()
        for _ in range(2):
            await client.request(body=REQUEST)
            assert (await client.response())[0] == 200
        client.close()
        first, second = gateway.records()[-1].attempts
        assert (first.outcome, first.maybe_billed, second.outcome) == ("answer_lost", True, "served")
        assert first.account != second.account


async def test_a_connection_that_ends_with_its_answer_is_left_in_time(tmp_path: Path) -> None:
    """The end comes in the same packets as the answer: nothing may be written to it any more."""

    async def answer_and_end(peer: UpstreamPeer) -> None:
        await peer.read_request()
        await peer.answer(MESSAGE)

    async with (
        scripted_upstream(answer_and_end) as upstream,
        running_gateway(upstream.url, tmp_path, [account("work")]) as gateway,
    ):
        clients = [await gateway.connect() for _ in range(4)]
        for _ in range(10):
            for client in clients:
                await client.request(body=REQUEST)
            answers = await asyncio.gather(*(client.response() for client in clients))
            assert [status for status, _, _ in answers] == [200] * 4
        for client in clients:
            client.close()
        assert upstream.connections == 40
        assert all(len(record.attempts) == 1 for record in gateway.records())
