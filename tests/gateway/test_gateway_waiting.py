"""The queue's timer and wake-up, over the real pool and the loop's own clock."""

from __future__ import annotations

import asyncio
from time import time
from typing import Any

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import BenchCleared, Benched
from claudeflare.balancing.lane import Waiter
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.pool import AccountPool
from claudeflare.gateway.waiting import WaitingRoom
from claudeflare.settings import Settings

REQUEST = PickRequest(session="s", model_class="opus")


class Visitor:
    """A request that waits, and the answer it got."""

    def __init__(self, seconds: float = 30.0, **request: Any) -> None:
        self.answer: asyncio.Future[Acquired | Exhausted] = asyncio.get_running_loop().create_future()
        now = time()
        picked = PickRequest(**{"session": "s", "model_class": "opus", **request})
        self.waiter = Waiter(request=picked, since=now, deadline=now + seconds, resume=self.answer.set_result)


def room(*, bench: float, **settings: Any) -> tuple[WaitingRoom, AccountPool, Exhausted]:
    """A room before one account that is out for so many seconds, and what it says now."""
    pool = AccountPool()
    pool.configure([Account(id="1", name="one")], "session", 1000)
    pool.apply([Benched("1", "", time() + bench, "rate limited")], time())
    why = pool.acquire(REQUEST, time(), patient=True)
    assert isinstance(why, Exhausted)
    return WaitingRoom(pool, Settings(**settings)), pool, why


async def test_the_timer_lets_go_when_the_time_has_come() -> None:
    this, pool, why = room(bench=0.05)
    visitor = Visitor()
    assert this.enter(visitor.waiter, why)
    assert (this.busy, len(this)) == (True, 1)
    assert isinstance(await visitor.answer, Acquired)
    assert (this.busy, len(this)) == (False, 0)
    assert pool.in_flight() == {"1": 1}


async def test_however_much_changes_in_a_turn_it_is_looked_at_once() -> None:
    this, pool, why = room(bench=50)
    visitors = [Visitor(), Visitor(model_class="haiku")]
    for visitor in visitors:
        assert this.enter(visitor.waiter, why)
    pool.apply([BenchCleared("1", "")], time())
    for _ in range(3):
        this.wake()
    assert not visitors[0].answer.done()
    for visitor in visitors:
        assert isinstance(await visitor.answer, Acquired)
    assert pool.in_flight() == {"1": 2}


async def test_a_crowd_of_client_keys_is_looked_at_with_pauses() -> None:
    this, pool, why = room(bench=20)
    visitors = [Visitor(client_key=str(number)) for number in range(500)]
    for visitor in visitors:
        assert this.enter(visitor.waiter, why)
    this.wake()
    await asyncio.sleep(0)
    this.wake()
    pool.apply([BenchCleared("1", "")], time())
    for visitor in visitors:
        assert isinstance(await visitor.answer, Acquired)
    assert pool.in_flight() == {"1": 500}


async def test_whoever_leaves_is_never_called() -> None:
    this, pool, why = room(bench=50)
    leaving, staying = Visitor(), Visitor()
    for visitor in (leaving, staying):
        this.enter(visitor.waiter, why)
    this.leave(leaving.waiter)
    this.leave(leaving.waiter)
    pool.apply([BenchCleared("1", "")], time())
    this.wake()
    await staying.answer
    assert not leaving.answer.done()
    assert pool.in_flight() == {"1": 1}


async def test_the_deadline_is_kept() -> None:
    this, _, why = room(bench=0.06)
    visitor = Visitor(seconds=0.08)
    this.enter(visitor.waiter, why)
    this._pool.apply([Benched("1", "", time() + 100, "rate limited")], time())
    answer = await visitor.answer
    assert isinstance(answer, Exhausted)
    assert answer.earliest is not None
    assert answer.earliest > time() + 90


@pytest.mark.parametrize(("longest", "bench", "helps"), [(30.0, 20.0, True), (30.0, 40.0, False), (0.0, 20.0, False)])
async def test_waiting_helps_when_an_account_comes_back_in_time(longest: float, bench: float, helps: bool) -> None:
    this, _, why = room(bench=bench, queue_max_wait=longest)
    assert this.open == (longest > 0)
    assert this.helps(Visitor(seconds=this.longest).waiter, why) == helps


async def test_newcomers_are_told_whom_they_come_after() -> None:
    this, _, why = room(bench=20)
    assert this.before(REQUEST, ()) is None
    visitor = Visitor()
    this.enter(visitor.waiter, why)
    assert this.before(REQUEST, ()) is why
    this.leave(visitor.waiter)
    assert this.before(REQUEST, ()) is None


async def test_a_full_room_takes_nobody() -> None:
    this, _, why = room(bench=20, queue_limit=1)
    first = Visitor()
    assert this.enter(first.waiter, why)
    assert not this.enter(Visitor().waiter, why)
    assert [line.count for line in this.lines()] == [1]
    this.leave(first.waiter)
    assert this.lines() == []


async def test_when_the_server_goes_everybody_is_told() -> None:
    this, _, why = room(bench=20)
    visitor = Visitor()
    this.enter(visitor.waiter, why)
    this.turn_away()
    assert visitor.answer.result() is why
    assert not this.busy
    assert not this.helps(Visitor().waiter, why)
