"""One moment of a demo as it is shown: plain values, gathered from the parts that know them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from claudeflare.client.resources import Account
from claudeflare.demo.moves import Move
from claudeflare.demo.observer import RequestLine
from claudeflare.formatting import epoch

RATE_SECONDS = 60
"""How far back the request rate is shown."""


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    name: str
    used: Mapping[str, float]
    """Model class -> share used of its tightest bucket."""
    in_flight: int
    status: str
    """The API's `rateLimitStatus`."""
    until: float | None
    """UTC epoch seconds at which that is over."""
    limited: frozenset[str]
    """Model classes that are kept off it now; an empty string among them means all."""

    def is_limited(self, model_class: str) -> bool:
        """Whether it takes no requests of this model class now."""
        return not self.limited.isdisjoint({"", model_class})


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a display may show."""

    now: float
    """UTC epoch seconds."""
    phase: str
    """`41 s left`, or what is going on instead."""
    url: str
    accounts: tuple[AccountRow, ...]
    lines: tuple[RequestLine, ...]
    """Newest first."""
    moves: tuple[Move, ...]
    """Newest first."""
    move_count: int
    rates: tuple[int, ...]
    """Requests that ended in each of the last seconds, oldest first."""
    answered: int
    client_rate_limits: int
    client_failures: int
    upstream_429: int
    upstream_529: int
    overhead_p50: float | None
    """Milliseconds, as is the next."""
    overhead_p95: float | None
    cost: float | None


def account_row(account: Account, used: Mapping[str, float]) -> AccountRow:
    """An account as the API shows it, with the simulator's buckets."""
    return AccountRow(
        name=account["name"],
        used=used,
        in_flight=account["inFlight"],
        status=account["rateLimitStatus"],
        until=epoch(account["rateLimitReset"]),
        limited=frozenset(limit["modelClass"] or "" for limit in account["limits"]),
    )


def rates(ends: Sequence[float], now: float) -> tuple[int, ...]:
    """Requests that ended in each whole second since the first, oldest first; at most `RATE_SECONDS` of them.

    Records take a moment to be readable: the last two seconds would always look too small and are left out.
    """
    if not ends:
        return ()
    last = math.floor(now) - 2
    counted = Counter(math.floor(end) for end in ends)
    return tuple(counted[second] for second in range(max(min(counted), last - RATE_SECONDS), last))
