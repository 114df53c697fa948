"""What is left of an account's limits, in few words: the one wording of every command."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import epoch, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from claudeflare.client.resources import Account, Gauge

WIDTH = 8
"""Characters of a bar."""
FULL, EMPTY = "█", "░"


def tightest_limits(accounts: Iterable[Account], now: float, zone: tzinfo | None) -> list[tuple[str, str]]:
    """Of each account with known limits the one that is used most: its name and `██████░░ 7d 74% until 15:40 (…)`."""
    found = []
    for account in accounts:
        gauge = max(_in_force(account, now), key=lambda one: one["utilization"] or 0.0, default=None)
        if gauge is not None:
            found.append((account["name"], f"{bar(gauge['utilization'] or 0.0)} {words(gauge, now, zone)}"))
    return found


def words(gauge: Gauge, now: float, zone: tzinfo | None) -> str:
    """`7d 74% until 15:40 (41 min)`, `input tokens (opus) 31%`."""
    models = f" ({gauge['modelClass']})" if gauge["modelClass"] else ""
    # A bucket is refilled within a minute: when exactly is of no use to anybody.
    reset = epoch(gauge["resetsAt"]) if gauge["kind"] == "window" else None
    end = "" if reset is None else f" {until(reset, now, zone)}"
    return f"{gauge['name']}{models} {gauge['utilization'] or 0.0:.0%}{end}"


def bar(share: float) -> str:
    """A share, 0 to 1, as a bar."""
    filled = min(WIDTH, max(0, round(share * WIDTH)))
    return FULL * filled + EMPTY * (WIDTH - filled)


def _in_force(account: Account, now: float) -> Iterator[Gauge]:
    """Gauges whose reset has not come yet: what they said is over by then."""
    for gauge in account["gauges"]:
        if (epoch(gauge["resetsAt"]) or 0.0) > now and gauge["name"] != "overage":
            yield gauge
