"""Usage windows of an account (subscriptions): how far they are used, and what follows from that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from claudeflare.balancing.limit_reading import ALLOWED, OVERAGE, REJECTED, WindowReading

LONGEST_SECONDS: Final = 8 * 86_400.0
"""The API's longest window is 7 days: a reset later than this is a mistake, ours or theirs."""
UNSTATED_SECONDS: Final = 3_600.0
"""How long a window is believed that does not say when it starts anew."""


class Window(msgspec.Struct, frozen=True):
    """One window as of its last reading."""

    name: str
    model_class: str
    """Empty: all models."""
    used: float
    """Share used up; may exceed 1."""
    resets_at: float
    """UTC epoch seconds; from then on nothing is used."""
    status: str
    read_at: float

    @property
    def exhausted(self) -> bool:
        """The plan has no more of it: what is served beyond is paid for as extra usage."""
        return self.used >= 1.0 or self.status == REJECTED


Windows = Mapping[str, Window]
"""By name."""


def window_of(reading: WindowReading, model_class: str, now: float) -> Window:
    """The window after a reading taken at `now` from the answer to a request for `model_class`."""
    scope = model_class if reading.model_class is None else reading.model_class
    resets_at = now + UNSTATED_SECONDS if reading.resets_at is None else reading.resets_at
    # A reset in the past is no news of a window that has just been reported, whatever the clocks say.
    resets_at = min(now + LONGEST_SECONDS, max(now + 1.0, resets_at))
    used = reading.used
    if used is None:
        used = 1.0 if reading.status == REJECTED else 0.0
    return Window(reading.name, scope, used, resets_at, reading.status, now)


def in_force(windows: Windows, model_class: str, now: float) -> Iterable[Window]:
    """Those that a request for `model_class` counts against."""
    for window in windows.values():
        if (
            window.resets_at > now
            and (not window.model_class or window.model_class == model_class)
            and window.name != OVERAGE
        ):
            yield window


def share_left(windows: Windows, model_class: str, now: float) -> float:
    """Share of the tightest window that is left, 0 to 1; 1.0 when none is known."""
    share = 1.0
    for window in in_force(windows, model_class, now):
        share = min(share, 0.0 if window.status == REJECTED else 1.0 - window.used)
    return max(0.0, share)


def is_close(windows: Windows, model_class: str, now: float) -> bool:
    """The API has warned that a window nears its end, or serves beyond it."""
    return any(window.status != ALLOWED or window.exhausted for window in in_force(windows, model_class, now))
