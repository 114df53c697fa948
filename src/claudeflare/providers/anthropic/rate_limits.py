"""Which of the five 429 answers this is, and until when: read from `retry-after`, bucket and unified window headers.

Buckets are documented (rate limits page of the API's documentation). The `-unified-` headers of subscriptions are not:
every one of them is optional here.
"""

from __future__ import annotations

import calendar
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from claudeflare.balancing.outcome import LimitKind, RateLimited
from claudeflare.providers.provider import Fields

_PREFIX: Final = "anthropic-ratelimit-"
_UNIFIED: Final = "anthropic-ratelimit-unified-"
_BUCKETS: Final = ("requests", "tokens", "input-tokens", "output-tokens")

_ALLOWING: Final = frozenset({"allowed", "allowed_warning", "queueing_soft"})
"""Values of a unified status under which requests still pass; all others, known and unknown, stop them."""

_WINDOW_STATUS = re.compile(rf"{_UNIFIED}(\d+[hd])(_\w+)?-status")
"""`5h` and `7d` are windows of the whole account; with a suffix (`7d_oi`) one of some models."""

WINDOW_OF_CLAIM: Final = {
    "five_hour": "5h",
    "seven_day": "7d",
    "seven_day_opus": "7d_opus",
    "seven_day_sonnet": "7d_sonnet",
    "seven_day_overage_included": "7d_oi",
}
_ACCOUNT_CLAIMS: Final = frozenset({"five_hour", "seven_day"})
_MODEL_CLAIM_PREFIX: Final = "seven_day_"

_AMOUNT_PER_TIME = re.compile(r"rate limit\b.{0,80}? of [\d,.]+ [\w ]{1,40} per (?:minute|hour|day)", re.IGNORECASE)
"""`… rate limit of 30,000 input tokens per minute …`, with the organization before `of` in older answers."""

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:(?: at |[ T])(\d{2}:\d{2}))?")


class Limited(msgspec.Struct, frozen=True):
    """A 429 to be read."""

    headers: dict[str, str]
    """Names in lower case."""
    message: str
    model_class: str
    """Of the request: what a limit that is not the whole account's applies to."""
    bearer: bool = False
    """True when it was sent with an OAuth token: those have windows, not buckets."""


def headers_of(fields: Fields) -> dict[str, str]:
    """The fields by lower-case name, the first of each."""
    found: dict[str, str] = {}
    for name, value in fields:
        found.setdefault(name.lower().decode("latin-1"), value.strip().decode("latin-1"))
    return found


def rate_limited(limited: Limited, now: float) -> RateLimited:
    """Tell window, bucket and windowless answers apart. (Ramp and spend limits have codes: see `errors`.)"""
    retry_after = retry_after_seconds(limited.headers, now)
    wait_until = now + retry_after if retry_after is not None else None
    if _window_rejects(limited.headers):
        rejecting, model_class = _scope(limited)
        resets = _future_resets(limited.headers, rejecting, now)
        until = max(resets) if resets else wait_until
        return RateLimited(LimitKind.WINDOW, retry_after, until, model_class, limited.message)
    if _is_bucket(limited, retry_after):
        # A bucket's own reset is when it is full again, long after it takes the next request.
        until = wait_until if wait_until is not None else _first_bucket_reset(limited.headers, now)
        return RateLimited(LimitKind.BUCKET, retry_after, until, limited.model_class, limited.message)
    return RateLimited(LimitKind.WINDOWLESS, retry_after, wait_until, limited.model_class, limited.message)


def retry_after_seconds(headers: dict[str, str], now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date); None without either."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds >= 0:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    try:
        return max(0.0, parsedate_to_datetime(value or "").timestamp() - now)
    except (ValueError, OverflowError):
        return None


def date_in(message: str, now: float) -> float | None:
    """The date a message names (`You will regain access on 2026-12-01 at 00:00 UTC.`), if it lies ahead; in seconds."""
    for day, clock in _DATE.findall(message):
        try:
            named = datetime.fromisoformat(f"{day}T{clock or '00:00'}+00:00").timestamp()
        except ValueError:
            continue
        if named > now:
            return named
    return None


def next_month(now: float) -> float:
    """The first instant of the next month, UTC: when monthly spend limits start anew."""
    today = datetime.fromtimestamp(now, UTC)
    days = calendar.monthrange(today.year, today.month)[1]
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.timestamp() + days * 86_400


def _window_rejects(headers: dict[str, str]) -> bool:
    """The overall status decides; only without one do the windows' own."""
    overall = headers.get(_UNIFIED + "status")
    if overall is not None:
        return overall.lower() not in _ALLOWING
    return bool(_rejecting_windows(headers))


def _rejecting_windows(headers: dict[str, str]) -> list[str]:
    return [
        match[1] + (match[2] or "")
        for name, value in headers.items()
        if (match := _WINDOW_STATUS.fullmatch(name)) and value.lower() not in _ALLOWING
    ]


def _scope(limited: Limited) -> tuple[list[str], str]:
    """The windows that reject, and the model class they reject it for; empty when it is the whole account."""
    claim = limited.headers.get(_UNIFIED + "representative-claim", "").lower()
    rejecting = _rejecting_windows(limited.headers)
    of_account = [window for window in rejecting if "_" not in window]
    of_models = [window for window in rejecting if "_" in window]
    if of_account or claim in _ACCOUNT_CLAIMS:
        return of_account or [WINDOW_OF_CLAIM[claim]], ""
    if of_models or claim.startswith(_MODEL_CLAIM_PREFIX):
        return of_models or [WINDOW_OF_CLAIM.get(claim, claim)], limited.model_class
    return [], ""


def _future_resets(headers: dict[str, str], windows: list[str], now: float) -> list[float]:
    """When these windows start anew; the overall reset stands in where they do not say."""
    stated = [instant(headers.get(f"{_UNIFIED}{window}-reset")) for window in windows]
    ahead = [reset for reset in stated if reset is not None and reset > now]
    if not ahead:
        overall = instant(headers.get(_UNIFIED + "reset"))
        ahead = [overall] if overall is not None and overall > now else []
    return ahead


def _is_bucket(limited: Limited, retry_after: float | None) -> bool:
    """By its words or an empty bucket; else by what only bucket answers carry, unless it calls itself transient."""
    headers = limited.headers
    if _AMOUNT_PER_TIME.search(limited.message):
        return True
    if any(headers.get(f"{_PREFIX}{bucket}-remaining") == "0" for bucket in _BUCKETS):
        return True
    if headers.get("x-should-retry", "").lower() == "true":
        return False
    if any(f"{_PREFIX}{bucket}-{field}" in headers for bucket in _BUCKETS for field in ("limit", "remaining")):
        return True
    return retry_after is not None and not limited.bearer


def _first_bucket_reset(headers: dict[str, str], now: float) -> float | None:
    """Only for want of `retry-after`: the earliest full refill of an empty bucket."""
    resets = [
        instant(headers.get(f"{_PREFIX}{bucket}-reset"))
        for bucket in _BUCKETS
        if headers.get(f"{_PREFIX}{bucket}-remaining") == "0"
    ]
    return min((reset for reset in resets if reset is not None and reset > now), default=None)


def instant(value: str | None) -> float | None:
    """UTC epoch seconds, from unix seconds (windows) or RFC 3339 (buckets)."""
    seconds = _number(value)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(value or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
