"""Reads what every answer says of its account's limits: `anthropic-ratelimit-*`. On the path of every request.

API keys get token buckets (rate limits page of the API's documentation), subscriptions get usage windows
(`…-unified-*`, undocumented). Each field is optional, and one that makes no sense counts as missing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from claudeflare.balancing.limit_reading import (
    ALLOWED,
    OVERAGE,
    REJECTED,
    WARNING,
    BucketReading,
    LimitReading,
    WindowReading,
)
from claudeflare.providers.anthropic.rate_limits import WINDOW_OF_CLAIM, instant
from claudeflare.providers.provider import Named

OVERLOADED: Final = 529
"""The provider's state: what such an answer says of limits is not to be relied on."""
_LARGEST: Final = 2**53

_PREFIX: Final = b"anthropic-ratelimit-"
_UNIFIED: Final = _PREFIX + b"unified-"
_REQUESTS: Final = ("requests", _PREFIX + b"requests-limit", _PREFIX + b"requests-remaining")
_INPUT: Final = ("input", _PREFIX + b"input-tokens-limit", _PREFIX + b"input-tokens-remaining")
_OUTPUT: Final = ("output", _PREFIX + b"output-tokens-limit", _PREFIX + b"output-tokens-remaining")
_TOKENS: Final = ("tokens", _PREFIX + b"tokens-limit", _PREFIX + b"tokens-remaining")
_FINER: Final = (_REQUESTS, _INPUT, _OUTPUT)
_COARSER: Final = (_REQUESTS, _TOKENS)

_SIGNS_OF_WINDOWS: Final = tuple(
    _UNIFIED + name for name in (b"status", b"7d-utilization", b"5h-utilization", b"7d-status", b"5h-status")
)
_STATUS: Final = _UNIFIED + b"status"
_RESET: Final = _UNIFIED + b"reset"
_CLAIM: Final = _UNIFIED + b"representative-claim"
_IN_USE: Final = _UNIFIED + b"overage-in-use"
_WINDOW_FIELD: Final = re.compile(rb"%b(\d+[hd](?:_\w+)?|overage)-(?:status|reset|utilization)" % _UNIFIED)

_STATUSES: Final = {b"allowed": ALLOWED, b"allowed_warning": WARNING, b"queueing_soft": WARNING}
"""Whatever else a status says, known or not, stops requests."""
_OF_REQUESTED_MODEL: Final = "7d_oi"
"""The weekly pool of the top models. Which those are is said only by being named as the claim of a request."""


def limits(status: int, named: Named) -> LimitReading | None:
    """What the answer says; None when that is nothing."""
    if status == OVERLOADED:
        return None
    if _REQUESTS[1] in named or _INPUT[1] in named or _TOKENS[1] in named or _OUTPUT[1] in named:
        buckets = _buckets(named)
        if buckets:
            return LimitReading(buckets)
    for sign in _SIGNS_OF_WINDOWS:
        if sign in named:
            return _windows(named)
    return None


def _buckets(named: Named) -> tuple[BucketReading, ...]:
    readings = []
    # `tokens` is "the most restrictive limit in force": beside the others it says nothing that they do not.
    for name, limit_name, remaining_name in _FINER if _INPUT[1] in named or _OUTPUT[1] in named else _COARSER:
        try:
            limit, remaining = int(named[limit_name]), int(named[remaining_name])
        except (KeyError, ValueError):
            continue
        if 0 < limit <= _LARGEST:
            readings.append(BucketReading(name, limit, max(0, min(remaining, limit))))
    return tuple(readings)


def _windows(named: Named) -> LimitReading | None:
    names: dict[str, None] = {}
    for field in named:
        window = _window_name(field)
        if window is not None:
            names[window] = None
    claim = WINDOW_OF_CLAIM.get(named.get(_CLAIM, b"").decode("latin-1").strip().lower())
    readings = [_window(name, claim, named) for name in names if name != _OF_REQUESTED_MODEL or claim == name]
    if not readings and claim is not None and named.get(_RESET):
        readings = [_window(claim, claim, named)]
    extra_usage = named.get(_IN_USE, b"").strip().lower() == b"true"
    return LimitReading(windows=tuple(readings), extra_usage=extra_usage) if readings or extra_usage else None


def _window(name: str, claim: str | None, named: Named) -> WindowReading:
    prefix = _UNIFIED + name.encode("latin-1")
    status = named.get(prefix + b"-status")
    reset = named.get(prefix + b"-reset")
    if name == claim:
        # The overall fields are those of the window that is claimed.
        status = status or named.get(_STATUS)
        reset = reset or named.get(_RESET)
    return WindowReading(
        name,
        _share(named.get(prefix + b"-utilization")),
        None if reset is None else instant(reset.decode("latin-1").strip()),
        ALLOWED if status is None else _STATUSES.get(status.strip().lower(), REJECTED),
        _model_class(name),
    )


def _model_class(window: str) -> str | None:
    return None if window == _OF_REQUESTED_MODEL else "" if window == OVERAGE else window.partition("_")[2]


def _share(value: bytes | None) -> float | None:
    try:
        share = float(value or b"")
    except ValueError:
        return None
    return share if 0.0 <= share <= 1e6 else None  # false for NaN as well


@lru_cache(512)
def _window_name(field: bytes) -> str | None:
    found = _WINDOW_FIELD.fullmatch(field)
    return None if found is None else found[1].decode("ascii")
