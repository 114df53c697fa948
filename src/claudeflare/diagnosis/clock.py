"""This machine's clock against those of others: tokens, limits and certificates are all about time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from claudeflare.diagnosis.finding import Finding, ok, problem, skipped, warning
from claudeflare.formatting import duration

OFF_SECONDS = 10.0
"""What differs by less may be the time of the answer's way, and a header's full second."""
WRONG_SECONDS = 120.0
"""Waits for a limit's end and renewals of tokens come too late, or too early, by then."""


class Reading(NamedTuple):
    """Somebody else's clock. UTC epoch seconds."""

    source: str
    theirs: float
    ours: float
    """At the moment the answer came."""


def check_clock(readings: Sequence[Reading]) -> list[Finding]:
    """Against each of them."""
    if not readings:
        return [skipped("clock", "This machine's clock", "no upstream told the time")]
    return [_check(reading) for reading in readings]


def _check(reading: Reading) -> Finding:
    ahead = reading.ours - reading.theirs
    if abs(ahead) < OFF_SECONDS:
        return ok("clock", f"Agrees with {reading.source}.")
    summary = (
        f"This machine's clock is {duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} {reading.source}."
    )
    say = problem if abs(ahead) >= WRONG_SECONDS else warning
    return say("clock", summary, _CURE.get(sys.platform, "set it by a time server"))


_CURE = {"linux": "sudo timedatectl set-ntp true", "darwin": "sudo sntp -sS time.apple.com"}
