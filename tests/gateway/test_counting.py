"""Limits through a real gateway: learned from answers, reckoned with before the next request, told to control."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claudeflare.gateway.counting import expected_tokens
from claudeflare.gateway.messages import ChangesMade, InFlight, PinQuestion
from claudeflare.simulator.accounts import Limits
from harness.gateway import RunningGateway, account, running_gateway
from harness.simulated_api import api_account, simulated_api

FIRST, SECOND = "api03-first", "api03-second"
BOTH = [account(FIRST, tier=20), account(SECOND)]
"""The first has so much more room that sessions are placed there."""
AMPLE = Limits(1_000, 2_000_000, 400_000)


def api_with(first: Limits) -> Any:
    return simulated_api([api_account("first", limits=first), api_account("second", limits=AMPLE)])


async def ask(gateway: RunningGateway, session: str, words: int = 1, *, stream: bool = False) -> str:
    """One good request; the account it went to."""
    message = {"role": "user", "content": "word " * words}
    body = {"model": "claude-opus-4-6", "max_tokens": 9, "messages": [message], "stream": stream}
    client = await gateway.connect()
    fields = ("anthropic-version: 2023-06-01", f"x-claudeflare-session: {session}")
    await client.request("/v1/messages", json.dumps(body).encode(), "POST", *fields)
    status, answered, text = await client.response()
    client.close()
    assert status == 200, text
    return answered["x-claudeflare-account"]


def collisions(gateway: RunningGateway) -> int:
    return sum(attempt.status == 429 for record in gateway.records() for attempt in record.attempts)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_limit_on_requests_is_not_run_into(tmp_path: Path, stream: bool) -> None:
    async with (
        api_with(Limits(4, 2_000_000, 400_000)) as api,
        running_gateway(api.url, tmp_path / "journal", BOTH) as gateway,
    ):
        accounts = [await ask(gateway, f"s{number}", stream=stream) for number in range(7)]
        assert accounts == [FIRST] * 4 + [SECOND] * 3
        assert collisions(gateway) == 0
        told = gateway.records()[-1].picks[0].candidates[0].out
        assert told == "predicted to refuse: too few requests left this minute"
        assert not any(gateway.server.pool.in_flight().values())


async def test_a_limit_on_tokens_is_not_run_into(tmp_path: Path) -> None:
    async with (
        api_with(Limits(1_000, 6_000, 400_000)) as api,
        running_gateway(api.url, tmp_path / "journal", BOTH) as gateway,
    ):
        accounts = [await ask(gateway, f"s{number}", 1_500) for number in range(5)]
        assert accounts[0] == FIRST
        assert accounts[-1] == SECOND
        assert collisions(gateway) == 0


async def test_what_answers_counted_is_expected_of_the_next(tmp_path: Path) -> None:
    async with api_with(AMPLE) as api, running_gateway(api.url, tmp_path / "journal", BOTH) as gateway:
        for number in range(3):
            await ask(gateway, "s", 400 + number)
        estimates = gateway.server.pool._estimates
        usage = gateway.records()[-1].usage
        assert usage is not None
        last = gateway.records()[-1]
        assert last.prefix_hash is not None
        expected = estimates.expected(last.prefix_hash, expected_tokens(last.request_bytes), 0, last.started_at)
        assert expected.warm == pytest.approx(usage["input_tokens"], rel=0.02)
        assert expected.output == pytest.approx(usage["output_tokens"], abs=9)


async def test_nothing_stays_promised(tmp_path: Path) -> None:
    async with api_with(AMPLE) as api, running_gateway(api.url, tmp_path / "journal", BOTH) as gateway:
        for number in range(5):
            await ask(gateway, f"s{number}", stream=bool(number % 2))
        for one in gateway.server.pool._candidates.values():
            for buckets in one.state.buckets.values():
                assert (buckets.reserved_requests, buckets.reserved_input, buckets.reserved_output) == (0, 0, 0)


async def test_control_is_told_what_is_left(tmp_path: Path) -> None:
    said: list[ChangesMade | InFlight | PinQuestion] = []
    async with api_with(AMPLE) as api, running_gateway(api.url, tmp_path / "journal", BOTH) as gateway:
        gateway.server.control.connected(said.append)
        gateway.server.control.report()
        await ask(gateway, "s")
        gateway.server.control.report()
        gateway.server.control.report()
    empty, full = [one for one in said if isinstance(one, InFlight)]
    assert empty.limits == {}
    [gauge] = [one for one in full.limits[f"id-{FIRST}"] if one.name == "requests"]
    assert (gauge.kind, gauge.model_class, gauge.limit, gauge.remaining) == ("bucket", "opus", 1_000, 999)
