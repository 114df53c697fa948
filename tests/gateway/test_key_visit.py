"""What a key is charged for endings whose answer tells nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from claudeflare.gateway.key_visit import was_sent
from claudeflare.journal.records import Attempt, Finished
from claudeflare.quotas.client_key import Budget
from gateway.answers import REQUEST
from gateway.test_gateway_client_keys import SECRET, key
from gateway.test_key_admission import ask, world
from harness.upstream import UpstreamPeer


def record(state: str, status: int, *attempts: Attempt) -> Finished:
    return Finished(
        id="r", started_at=1.0, method="POST", path="/v1/messages", terminal_state=state, status=status,
        attempts=list(attempts),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("finished", "sent"),
    [
        (record("complete", 200, Attempt()), True),
        (record("truncated", 200, Attempt()), True),
        (record("complete", 429, Attempt()), False),
        (record("refused", 429), False),
        (record("refused", 429, Attempt(maybe_billed=True), Attempt()), True),
        (record("client_closed", 499), False),
        (record("client_closed", 499, Attempt()), True),
        (record("error", 502, Attempt()), False),
        (record("error", 502, Attempt(maybe_billed=True)), True),
    ],
)
def test_what_the_upstream_may_have_worked_for(finished: Finished, sent: bool) -> None:
    assert was_sent(finished) is sent


async def test_a_client_that_leaves_early_pays_for_its_input(tmp_path: Path) -> None:
    async def never(peer: UpstreamPeer) -> None:
        await peer.gone()

    async with world(tmp_path, key(budgets=(Budget("day", 10.0),)), answer=never) as control:
        client = await control.gateway.connect()
        await client.request("/v1/messages", REQUEST, "POST", f"x-api-key: {SECRET}")
        while not control.gateway.opened():
            await asyncio.sleep(0)
        client.reset()
        finished = await control.gateway.record()
        # A third of its bytes as tokens, at the rate of what is written to the cache.
        assert finished.charged_usd == pytest.approx(len(REQUEST) // 3 * 5 / 1e6)
        purse = control.gateway.server.client_keys._by_digest[key().digest].purses[0]
        assert (purse.booked, purse.reserved) == (finished.charged_usd, 0.0)


async def test_an_error_answer_costs_nothing(tmp_path: Path) -> None:
    async def fails(peer: UpstreamPeer) -> None:
        await peer.answer(b'{"type":"error","error":{"type":"invalid_request_error","message":"No."}}', b"400 Bad")

    async with world(tmp_path, key(budgets=(Budget("day", 10.0),), tokens_per_minute=1000), answer=fails) as control:
        assert (await ask(control))[0] == 400
        allowance = control.gateway.server.client_keys._by_digest[key().digest]
        assert (allowance.purses[0].used, allowance.running) == (0.0, 0)
        assert control.gateway.records()[0].charged_usd is None
