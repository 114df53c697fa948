"""What one gateway may spend of one budget: a lease from control, what is reserved of it, what is booked.

The lease is a sum since the period began (`granted`), and so is all a gateway says about it: said twice, nothing
happens twice.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

import msgspec

from claudeflare.quotas.client_key import Budget
from claudeflare.quotas.periods import bounds

RENEW_SECONDS: Final = 10.0
"""A lease that has no longer to go is renewed while it is still good."""
SMALLEST: Final = 1e-9
"""USD. Sums of many costs are off by less than this."""


class BudgetLease(msgspec.Struct, frozen=True, kw_only=True):
    """Control's answer to a gateway."""

    start: float
    """Of the period."""
    granted: float
    base: float
    elsewhere: float
    exhausted: bool
    expires_at: float


class Room(Enum):
    """Whether a purse has room for a request."""

    YES = auto()
    SOON = auto()
    """Not now: requests that run have reserved it, or the lease has to grow first."""
    NO = auto()
    """The period's money is spent."""


class Purse:
    """One budget of one key in one gateway, for the period at hand."""

    __slots__ = (
        "base", "booked", "budget", "elsewhere", "end", "exhausted", "expires_at", "granted", "reserved", "start",
        "zone",
    )  # fmt: skip

    def __init__(self, budget: Budget, zone: str, now: float) -> None:
        self.budget = budget
        self.zone = zone
        self._begin(now)

    def _begin(self, now: float) -> None:
        self.start, self.end = bounds(self.budget.period, self.zone, now)
        self.granted = 0.0
        """USD this gateway may have spent in the period by its end of it."""
        self.base: float | None = None
        """USD it had spent before its first lease; control says."""
        self.booked = 0.0
        """USD of requests that have ended."""
        self.reserved = 0.0
        """USD that running requests may still cost."""
        self.expires_at = 0.0
        self.exhausted = False
        """Control had less to give than was asked for."""
        self.elsewhere = 0.0
        """USD that control cannot lease out because other gateways hold it, as it last said."""

    def roll(self, now: float) -> None:
        """Begin anew when the period is over. What still runs belongs to the one it began in."""
        if not self.start <= now < self.end:
            self._begin(now)

    @property
    def used(self) -> float:
        """USD that are gone or spoken for."""
        return self.booked + self.reserved

    @property
    def left(self) -> float:
        """USD of the lease that nobody has reserved."""
        return self.granted - self.booked - self.reserved

    def leased(self, now: float) -> bool:
        """Whether the lease is good."""
        return now < self.expires_at

    def room(self, estimate: float, now: float) -> Room:
        """Whether a request that costs at most `estimate` may begin.

        What fits into the lease may. When control has no more to give, the last one may that does not fit, as long as
        it is alone: so a budget is used to its end, and overspent by one request at most.
        """
        if not self.leased(now):
            return Room.SOON
        left = self.left
        if estimate <= left + SMALLEST:
            return Room.YES
        if self.reserved > SMALLEST or not self.exhausted:
            return Room.SOON
        if left > SMALLEST:
            return Room.YES
        return Room.SOON if self.elsewhere > SMALLEST else Room.NO

    def wants_renewal(self, estimate: float, now: float) -> bool:
        """Whether to ask control for more, while this request may begin all the same."""
        return now > self.expires_at - RENEW_SECONDS or (not self.exhausted and self.left < 2 * estimate)

    @property
    def idle_money(self) -> bool:
        """Whether it holds what no request has cost yet."""
        return self.granted > self.booked + SMALLEST

    def reserve(self, amount: float) -> float:
        """Set aside for a request; the start of its period, to settle it by."""
        self.reserved += amount
        return self.start

    def settle(self, start: float, reserved: float, cost: float) -> None:
        """A request has ended. In any order; one of an earlier period changes nothing here."""
        if start == self.start:
            self.reserved = max(0.0, self.reserved - reserved)
            self.booked += cost

    def give_back(self) -> None:
        """Keep of the lease no more than what is spoken for."""
        self.granted = min(self.granted, self.used)

    def wants_lease(self, estimate: float, now: float) -> bool:
        """Whether no room is a matter of asking control."""
        if not self.leased(now):
            return True
        return estimate > self.left + SMALLEST and (not self.exhausted or self.elsewhere > SMALLEST)

    def take_lease(self, lease: BudgetLease) -> None:
        """What control has answered. Of an earlier period: too late."""
        if lease.start == self.start:
            self.granted, self.base, self.elsewhere = lease.granted, lease.base, lease.elsewhere
            self.exhausted, self.expires_at = lease.exhausted, lease.expires_at

    def end_lease(self) -> None:
        """The budget was changed: control has to be asked before anything else begins."""
        self.give_back()
        self.expires_at = 0.0

    def __repr__(self) -> str:
        used = f"{self.booked:g} + {self.reserved:g} of {self.granted:g}"
        return f"<Purse {self.budget.usd:g} USD a {self.budget.period}: {used}>"
