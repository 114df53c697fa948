"""What goes wrong upstream during a demo beyond full buckets, and when. Pure."""

from __future__ import annotations

from claudeflare.demo.cast import Cast
from claudeflare.simulator.fault_rules import FaultRule
from claudeflare.simulator.faults import Fault

OVERLOAD_AT, OVERLOADED_ANSWERS = 0.25, 6
"""Share of the length after which one account's API answers 529, and how often."""
WINDOW_AT, WINDOW_LENGTH = 0.5, 0.2
"""The same for a usage window that is used up, and the share of the length until it starts anew."""


def troubles(cast: Cast, length: float) -> tuple[FaultRule, ...]:
    """The faults of a demo of so many simulated seconds, to be put in force at its start."""
    window = length * WINDOW_LENGTH
    return (
        FaultRule(fault=Fault(name="529"), account=cast.overloaded, at=length * OVERLOAD_AT, times=OVERLOADED_ANSWERS),
        FaultRule(
            fault=Fault(name="429-window", seconds=window),
            account=cast.used_up,
            at=length * WINDOW_AT,
            lasts=window,
        ),
    )
