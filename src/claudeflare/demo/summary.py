"""What a demo showed, in figures. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from claudeflare.client.resources import Request
from claudeflare.demo.moves import Move


class AccountShare(msgspec.Struct, frozen=True, rename="camel"):
    """One account's part."""

    name: str
    organization: str
    requests: int = 0
    """Answered by it."""
    upstream_429: int = msgspec.field(default=0, name="upstream429")
    upstream_529: int = msgspec.field(default=0, name="upstream529")


class Summary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole run. Requests, overhead and cost are the server's own records; the defaults are a run of nothing."""

    seconds: float = 0.0
    """Of traffic."""
    answered: int = 0
    """Requests that clients saw answered."""
    client_rate_limits: int = 0
    """Requests for which clients saw a rate limit."""
    client_failures: int = 0
    """Requests that failed otherwise."""
    broken_off: int = 0
    """Requests whose answers the demo did not wait for at its end."""
    recorded: int = 0
    """Requests the server has on record."""
    upstream_429: int = msgspec.field(default=0, name="upstream429")
    upstream_529: int = msgspec.field(default=0, name="upstream529")
    moves: int = 0
    moves_by_reason: dict[str, int] = {}
    overhead_ms_p50: float | None = msgspec.field(default=None, name="overheadMsP50")
    """Time spent inside Claudeflare, by request."""
    overhead_ms_p95: float | None = msgspec.field(default=None, name="overheadMsP95")
    cost_usd: float | None = None
    """What the traffic would have cost at list prices; null when no price is known."""
    unpriced_requests: int = 0
    """Answered requests with no known price, which the cost leaves out."""
    accounts: list[AccountShare] = []

    def json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        shown: dict[str, Any] = msgspec.to_builtins(self)
        return shown


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least this share of them does not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    # Rounded: 0.95 of 60 is 57, whatever the last bit of the product says.
    return ordered[max(math.ceil(round(share * len(ordered), 6)) - 1, 0)]


def overheads(requests: Sequence[Request]) -> list[float]:
    """Milliseconds inside Claudeflare, of requests that were answered."""
    return [request["overheadMs"] for request in requests if request["success"]]


def cost(requests: Sequence[Request]) -> float | None:
    """The sum of the known costs in dollars; None when none is known."""
    known = [request["costUsd"] for request in requests if request["costUsd"] is not None]
    return sum(known) if known else None


def unpriced(requests: Sequence[Request]) -> int:
    """Answered requests whose cost nobody knows."""
    return sum(request["success"] and request["costUsd"] is None for request in requests)


def moves_by_reason(moves: Sequence[Move]) -> dict[str, int]:
    """How often each reason moved a session, the most frequent first."""
    return dict(Counter(move.why for move in moves).most_common())


def answered_by(requests: Sequence[Request]) -> Counter[str]:
    """Account name -> requests it answered."""
    return Counter(request["accountUsed"] for request in requests if request["success"] and request["accountUsed"])
