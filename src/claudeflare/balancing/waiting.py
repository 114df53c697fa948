"""Requests for which no account can be taken yet: who is next, how long each may wait, and what they wait for.

Fair between client keys (round robin) and first come, first served within a lane: the requests of one client key for
one model class. Lanes never block one another. Entering and leaving a lane is a bisection of a list of pointers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Collection
from typing import Final

import msgspec

from claudeflare.balancing.lane import Ask, Lane, LaneKey, Waiter
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest

Ready = tuple[Waiter, Acquired | Exhausted]
"""A waiter whose wait is over, with a lease or with the reasons why there is none."""

LINES_SHOWN: Final = 20
"""Lanes that are described one by one; further ones are only counted."""


class WaitingLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One lane as people see it. Times are UTC epoch seconds."""

    client_key: str | None
    model_class: str
    account: str | None
    """The only account these requests may use; None when any will do."""
    count: int
    since: float
    """When the one waiting longest began."""
    until: float | None
    """When an account is expected; None when it could be any moment."""


class WaitingQueue:
    """All waiters of one process: at most `limit` of them, holding at most `byte_limit` bytes of bodies."""

    def __init__(self, limit: int, byte_limit: int) -> None:
        self._limit = limit
        self._byte_limit = byte_limit
        self._owners: OrderedDict[str | None, OrderedDict[LaneKey, Lane]] = OrderedDict()
        """Client key -> its lanes; both in the order in which their turn comes."""
        self._count = 0
        self._bytes = 0
        self._number = 0

    def __len__(self) -> int:
        return self._count

    def lane(self, request: PickRequest, exclude: Collection[str], home: str | None = None) -> Lane | None:
        """Those a newcomer has to queue behind; None when there is nobody before it."""
        lanes = self._owners.get(request.client_key)
        if lanes is None:
            return None
        lane = lanes.get(LaneKey.of(request, exclude, 0))
        return lane if lane is not None or home is None else lanes.get(LaneKey.of(request, exclude, 0, home))

    def has_room(self, size: int) -> bool:
        """Whether one more may wait whose body has `size` bytes."""
        return self._count < self._limit and self._bytes + size <= self._byte_limit

    def join(self, waiter: Waiter, why: Exhausted) -> None:
        """Wait: a newcomer at its lane's end, one that comes back (see `Waiter.returns`) in its old place."""
        if not waiter.number:
            self._number += 1
            waiter.number = self._number
        waiter.home = why.home
        key = LaneKey.of(waiter.request, waiter.exclude, waiter.returns, waiter.home)
        lanes = self._owners.setdefault(key.client_key, OrderedDict())
        lane = lanes.get(key)
        if lane is None:
            lane = lanes[key] = Lane(key, why)
        waiter.lane = lane
        lane.waiters.insert(_place(lane, waiter), waiter)
        self._count += 1
        self._bytes += waiter.size

    def leave(self, waiter: Waiter) -> None:
        """The client is gone, say. Harmless for one that does not wait."""
        lane = waiter.lane
        if lane is None:
            return
        waiter.lane = None
        del lane.waiters[_place(lane, waiter)]
        self._count -= 1
        self._bytes -= waiter.size
        if not lane.waiters:
            lanes = self._owners[lane.key.client_key]
            del lanes[lane.key]
            if not lanes:
                del self._owners[lane.key.client_key]

    def advance(self, now: float, ask: Ask) -> list[Ready]:
        """Everybody whose wait is over now: an account was taken, or waiting longer is of no use."""
        ready: list[Ready] = []
        owners = deque(self._owners)
        while owners:
            owner = owners.popleft()
            over = self._next_of(owner, now, ask)
            if over is None:
                continue
            ready.append(over)
            self.leave(over[0])
            if owner in self._owners:
                self._owners.move_to_end(owner)
                owners.append(owner)
        return ready

    def _next_of(self, owner: str | None, now: float, ask: Ask) -> Ready | None:
        lanes = self._owners[owner]
        for key, lane in list(lanes.items()):
            while lane.waiters:
                before = lane.why
                answer = lane.try_head(now, ask)
                if answer is not None:
                    lanes.move_to_end(key)
                    return lane.waiters[0], answer
                if lane.why.home == key.home or lane.why.home is None:
                    break
                self._send_home(lane, before)
        return None

    def _send_home(self, lane: Lane, before: Exhausted) -> None:
        """The first in a lane waits for its session's account alone: those behind it need not."""
        waiter, why = lane.waiters[0], lane.why
        lane.why, lane.blocked_until = before, 0.0
        self.leave(waiter)
        self.join(waiter, why)

    def look_again(self) -> None:
        """Something has changed: what was known of when accounts come back may not hold any more."""
        for lanes in self._owners.values():
            for lane in lanes.values():
                lane.blocked_until = 0.0

    def slow_down(self, waiter: Waiter, now: float) -> None:
        """An admitted waiter met a limit all the same: those who wait for the same are let go one at a time again."""
        lanes = self._owners.get(waiter.request.client_key)
        lane = lanes.get(LaneKey.of(waiter.request, waiter.exclude, waiter.returns, waiter.home)) if lanes else None
        if lane is not None:
            lane.pace_anew(now)

    def due(self) -> float | None:
        """When `advance` has something to do next, if nothing changes before; None when nobody waits."""
        return min((lane.due() for lanes in self._owners.values() for lane in lanes.values()), default=None)

    def clear(self) -> list[Ready]:
        """Nobody waits any more; gives all who did, with what they waited for."""
        lanes = [lane for each in self._owners.values() for lane in each.values()]
        waiters: list[Ready] = [(waiter, lane.why) for lane in lanes for waiter in lane.waiters]
        for waiter, _ in waiters:
            self.leave(waiter)
        return waiters

    def lines(self) -> list[WaitingLine]:
        """What `LINES_SHOWN` lanes wait for, those waiting longest first."""
        lanes = sorted((lane for each in self._owners.values() for lane in each.values()), key=lambda lane: lane.since)
        return [
            WaitingLine(
                lane.key.client_key, lane.key.model_class, lane.key.account, len(lane.waiters), lane.since,
                lane.why.earliest,
            )
            for lane in lanes[:LINES_SHOWN]
        ]  # fmt: skip

    def __repr__(self) -> str:
        return f"<WaitingQueue {self._count} of at most {self._limit}, {self._bytes} bytes>"


def _place(lane: Lane, waiter: Waiter) -> int:
    return bisect_left(lane.waiters, waiter.number, key=lambda each: each.number)
