"""What a client is told when no account takes its request: every account's reason, and the earliest recovery."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any

from claudeflare.balancing.lease import Exhausted
from claudeflare.gateway.refusal import Refusal

NEED_A_PERSON_SECONDS = 60
"""Hint to clients when nothing but a person can bring an account back."""

RETRY_TOKEN_SECONDS = 5
"""Hint to clients when a token could not be renewed: it is tried again every so often."""

SHUTTING_DOWN = Refusal(503, "api_error", "Claudeflare is going down and did not get to this request.", retry_after=1)


def refuse_exhausted(exhausted: Exhausted, now: float) -> Refusal:
    """429 with an honest retry-after when time will cure it, 503 when only the owner can."""
    if not exhausted.unavailable and exhausted.bound is not None:
        holder = f"{exhausted.bound.thing} is in the account {exhausted.bound.account}"
        return Refusal(404, "not_found_error", f"{holder}, which was removed from Claudeflare just now.")
    if not exhausted.unavailable:
        return Refusal(400, "invalid_request_error", "The x-claudeflare-account field names no account of this server.")
    words, details = _reasons(exhausted)
    if exhausted.earliest is not None:
        wait = _seconds_until(exhausted.earliest, now)
        message = f"No Claudeflare account can take this request for another {wait} s. {words}"
        return Refusal(429, "rate_limit_error", message, retry_after=wait, details=details)
    message = f"No Claudeflare account can take this request: somebody has to look. {words}"
    return Refusal(503, "api_error", message, retry_after=NEED_A_PERSON_SECONDS, details=details)


def refuse_queue_full(exhausted: Exhausted, now: float) -> Refusal:
    """429: an account is expected soon, and as many requests wait for one as may."""
    words, details = _reasons(exhausted)
    wait = _seconds_until(exhausted.earliest or now, now)
    message = f"No Claudeflare account can take this request for another {wait} s, and the queue is full. {words}"
    return Refusal(429, "rate_limit_error", message, retry_after=wait, details=details)


def refuse_without_token(account: str, why: str) -> Refusal:
    """503: the account's token cannot be used, no newer one was to be had, and no other account takes the request."""
    message = f"No Claudeflare account can take this request. {account} has no token that can be used: {why}"
    return Refusal(503, "api_error", message, retry_after=RETRY_TOKEN_SECONDS, failure=True)


def _seconds_until(at: float, now: float) -> int:
    return max(1, ceil(at - now))


def _reasons(exhausted: Exhausted) -> tuple[str, dict[str, Any]]:
    """Each account's reason, in words and as data."""
    accounts: list[dict[str, Any]] = [
        {"account": account.name, "reason": reason.reason, "until": _iso(reason.until)}
        for account, reason in exhausted.unavailable
    ]
    words = "; ".join(
        f"{entry['account']}: {entry['reason']}" + (f" until {entry['until']}" if entry["until"] else "")
        for entry in accounts
    )
    if exhausted.bound is not None:
        words = f"It is {exhausted.bound.why}. {words}"
    return words, {"accounts": accounts, "next_available_at": _iso(exhausted.earliest)}


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
