"""What a client is told that one of its key's limits refuses, and when to come again."""

from __future__ import annotations

from math import ceil
from typing import Literal

import msgspec

from claudeflare.quotas.client_key import ClientKey
from claudeflare.quotas.periods import WORDS, in_words
from claudeflare.quotas.purse import Purse

HELD_SECONDS = 5
"""When to come again for money that running requests have reserved."""
UNAVAILABLE_SECONDS = 5
BUSY_SECONDS = 1

Limit = Literal["model", "account", "concurrency", "requests", "tokens", "budget", "budget held", "unpriced", "unknown"]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A limit says no."""

    limit: Limit
    status: int
    error_type: str
    """One of the API's error types."""
    message: str
    retry_after: int | None = None
    """Seconds."""
    final: bool = False
    """Trying again by itself is of no use to a client."""


def model_refused(key: ClientKey, model: str | None) -> Refused:
    """403: a model the key may not use, or none that could be read."""
    allowed = ", ".join(key.models)
    what = f"not {model}" if model else "and this request names none that can be read"
    message = (
        f"The client key {key.name} may use {allowed}, {what}. "
        f"Its owner can allow more: claudeflare keys limit {key.name} --model PATTERN"
    )
    return Refused(limit="model", status=403, error_type="permission_error", message=message)


def account_refused(key: ClientKey) -> Refused:
    """403: an account the key may not use."""
    message = (
        f"The client key {key.name} may not use that account, or none it may use is left. "
        f"Its owner can allow more: claudeflare keys limit {key.name} --account NAME"
    )
    return Refused(limit="account", status=403, error_type="permission_error", message=message)


def rate_refused(key: ClientKey, limit: Literal["requests", "tokens"], seconds: float) -> Refused:
    """429: too much a minute."""
    allowed = key.requests_per_minute if limit == "requests" else key.tokens_per_minute
    message = (
        f"The client key {key.name} may use {allowed:,} {limit} per minute. "
        f"Its owner can raise that: claudeflare keys limit {key.name} --{limit}-per-minute N"
    )
    wait = max(1, ceil(seconds))
    return Refused(limit=limit, status=429, error_type="rate_limit_error", message=message, retry_after=wait)


def concurrency_refused(key: ClientKey) -> Refused:
    """429: too many at once."""
    message = (
        f"The client key {key.name} may have {key.concurrency} requests running at once. "
        f"Its owner can raise that: claudeflare keys limit {key.name} --concurrency N"
    )
    return Refused(
        limit="concurrency", status=429, error_type="rate_limit_error", message=message, retry_after=BUSY_SECONDS
    )


def budget_spent(key: ClientKey, purse: Purse, now: float) -> Refused:
    """429 in the shape of Anthropic's own gateway (its documentation of spend limits)."""
    period = purse.budget.period
    message = (
        f"spend limit reached ({WORDS[period]}; resets {in_words(purse.end)}). The client key {key.name} may spend "
        f"{purse.budget.usd:g} USD a {period}; its owner can raise that: "
        f"claudeflare keys limit {key.name} --per-{period} USD"
    )
    wait = max(1, ceil(purse.end - now))
    return Refused(
        limit="budget", status=429, error_type="billing_error", message=message, retry_after=wait, final=True
    )


def budget_held(key: ClientKey, purse: Purse) -> Refused:
    """429: what is left of the budget is reserved by requests that run."""
    message = (
        f"What is left of the {WORDS[purse.budget.period]} spend limit of the client key {key.name} is reserved by "
        "requests that are running. Try again when they have ended."
    )
    return Refused(
        limit="budget held", status=429, error_type="rate_limit_error", message=message, retry_after=HELD_SECONDS
    )


def budget_unknown(key: ClientKey) -> Refused:
    """429: nobody can say what is left. Closed, for this key alone."""
    message = (
        f"spend limit unavailable: what the client key {key.name} has spent is known to Claudeflare's control process "
        "alone, which does not answer now. Nothing was sent; try again."
    )
    return Refused(
        limit="unknown", status=429, error_type="billing_error", message=message, retry_after=UNAVAILABLE_SECONDS
    )


def unpriced(key: ClientKey, what: str) -> Refused:
    """403: a budget cannot hold for what has no price."""
    message = (
        f"Nobody knows what {what} costs before it is done, and the client key {key.name} has a budget. "
        f"Its owner can let it ask all the same: claudeflare keys limit {key.name} --allow-unpriced"
    )
    return Refused(limit="unpriced", status=403, error_type="permission_error", message=message)
