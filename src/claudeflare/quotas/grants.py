"""How control shares one budget's period among gateways: never more than the budget, whoever asks, in any order.

    spent on record + what gateways hold and has not come on record yet <= budget

A gateway's part is a sum since the period began, so that what is on record of it can be subtracted exactly, even after
control or the gateway was away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway says. All sums are USD since the period began."""

    boot: str
    """Which run of which gateway."""
    held: float
    """What it may spend by its lease, after giving back what it does not need."""
    used: float
    """What is gone or reserved."""
    wanted: float
    """What it would like to hold."""
    base: float | None = None
    """What it had spent before its first lease, as it was told with that; None: it never had one."""


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer."""

    held: float
    base: float
    elsewhere: float
    """What other gateways hold and have not spent."""


class _Part(msgspec.Struct):
    held: float
    base: float
    good_until: float


class Grants:
    """The leases on one budget in one period."""

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}

    def note(self, claim: Claim, good_until: float) -> None:
        """Know of a lease that was given before this control process began."""
        if claim.base is not None and claim.boot not in self._parts:
            self._parts[claim.boot] = _Part(claim.held, claim.base, good_until)

    def grant(
        self, claim: Claim, limit: float, spent: Mapping[str, float], good_until: float, share: float
    ) -> Granted:  # fmt: skip
        """Answer a claim. `spent` is on record, by boot. `share`: how much of what is free to give beyond need, 0 to 1;
        who needs nothing gets nothing.

        The claim replaces what was known of the gateway's part: nobody but itself takes anything from it.
        """
        on_record = spent.get(claim.boot, 0.0)
        base = on_record if claim.base is None else claim.base
        elsewhere = self._elsewhere(claim.boot, spent)
        # What was granted and is on record counts as spent; the rest of its part is its own to begin with.
        most = limit - sum(spent.values()) - elsewhere + on_record - base
        free = max(0.0, most - claim.held)
        more = free * share if claim.wanted > claim.used else 0.0
        held = max(claim.held, min(most, max(claim.wanted, claim.held + more)))
        self._parts[claim.boot] = _Part(held, base, good_until)
        return Granted(held=held, base=base, elsewhere=elsewhere)

    def _elsewhere(self, boot: str, spent: Mapping[str, float]) -> float:
        return sum(
            max(0.0, part.held - (spent.get(other, 0.0) - part.base))
            for other, part in self._parts.items()
            if other != boot
        )

    def forget_dead(self, alive: Collection[str], now: float) -> None:
        """Drop the leases of gateways that are gone, once they have run out."""
        gone = [boot for boot, part in self._parts.items() if boot not in alive and part.good_until <= now]
        for boot in gone:
            del self._parts[boot]

    def __repr__(self) -> str:
        return f"<Grants to {len(self._parts)} gateways>"
