"""Passive health: an account that fails again and again is left alone for a while. Envoy's outlier ejection.

An ejection is a guess: it orders accounts, and is set aside when nobody else is left (`AccountPool.acquire`).
"""

from __future__ import annotations

from typing import Final

from claudeflare.balancing.account import AccountState

FAILURES_TO_EJECT: Final = 5
"""Failures in a row; Envoy's `consecutive_5xx` default."""
BASE_SECONDS: Final = 30.0
"""Length of the first ejection; Envoy's `base_ejection_time` default."""
LONGEST_SECONDS: Final = 300.0
"""Envoy's `max_ejection_time` default."""


def ejection_seconds(ejections: int) -> float:
    """Length of the n-th ejection in a row: doubling up to a cap."""
    # The exponent is capped as well: 2.0 ** 1024 overflows, and an account may stay dead for weeks.
    return float(min(BASE_SECONDS * 2.0 ** min(ejections - 1, 16), LONGEST_SECONDS))


def record_failure(state: AccountState, taken_at: float, now: float) -> None:
    """Count a failed attempt that began at `taken_at`; eject when there were too many in a row.

    Attempts begun before the current or last ejection ended are not counted: they tell of the outage that caused it,
    and many in flight would double it at once. The count goes on after an ejection, so a failure of the first attempt
    afterwards ejects again: an account that stays dead costs one attempt each time, not five.
    """
    if taken_at < state.ejected_until:
        return
    state.consecutive_failures += 1
    if state.consecutive_failures >= FAILURES_TO_EJECT:
        state.ejections += 1
        state.ejected_at = now
        state.ejected_until = now + ejection_seconds(state.ejections)


def record_success(state: AccountState, taken_at: float) -> None:
    """The account answered well. An answer begun before the ejection says nothing about it: streams run for minutes."""
    if taken_at >= state.ejected_at:
        reset(state)


def reset(state: AccountState) -> None:
    """Forget all failures."""
    state.consecutive_failures = 0
    state.ejections = 0
    state.ejected_at = 0.0
    state.ejected_until = 0.0
