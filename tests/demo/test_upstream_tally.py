from __future__ import annotations

import pytest

from claudeflare.demo.cast import make_cast
from claudeflare.demo.upstream import UpstreamTally, limits_used
from claudeflare.simulator.accounts import Accounts
from claudeflare.simulator.clock import ManualClock
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.world import World


@pytest.fixture
def world() -> World:
    return World(Accounts(make_cast(4).accounts), ManualClock())


def request(number: int, account: str | None, status: int | None) -> SeenRequest:
    return SeenRequest(
        number=number,
        at=0.0,
        method="POST",
        path="/v1/messages",
        fields=[],
        request_id="r",
        account=account,
        status=status,
    )


def test_each_answer_counts_once_however_often_it_is_read(world: World) -> None:
    tally = UpstreamTally(world)
    world.seen.add(request(1, "trial", 429))
    waiting = request(2, "studio-a", None)
    world.seen.add(waiting)
    for _ in range(3):
        tally.read()
    assert (tally.answers(429), tally.answers(529)) == (1, 0)
    waiting.status = 529
    world.seen.add(request(3, "trial", 429))
    for _ in range(3):
        tally.read()
    assert (tally.answers(429), tally.answers(429, "trial"), tally.answers(429, "studio-a")) == (2, 2, 0)
    assert tally.answers(529, "studio-a") == 1


def test_a_client_that_left_unanswered_is_not_waited_for(world: World) -> None:
    tally = UpstreamTally(world)
    gone = request(1, "trial", None)
    gone.client_disconnected = True
    world.seen.add(gone)
    tally.read()
    assert not tally.statuses


def test_use_is_that_of_the_tightest_bucket_and_shared_in_an_organization(world: World) -> None:
    _, trial, one, other = world.accounts
    buckets = world.allowances.buckets(one, "sonnet", world.clock.now())
    buckets.input_tokens.charge(buckets.input_tokens.limit / 2, world.clock.now())
    buckets.requests.charge(1, world.clock.now())
    assert limits_used(world, one) == limits_used(world, other) == {"sonnet": 0.5, "haiku": 0.0}
    assert limits_used(world, trial) == {"sonnet": 0.0, "haiku": 0.0}
