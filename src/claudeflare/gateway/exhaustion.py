"""What a client is told when no account can take its request: every account's reason, and the earliest recovery."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any

from claudeflare.balancing.lease import Exhausted
from claudeflare.gateway.refusal import Refusal

NEED_A_PERSON_SECONDS = 60
"""Hint to clients when nothing but a person can bring an account back."""


def refuse_exhausted(exhausted: Exhausted, now: float) -> Refusal:
    """429 with an honest retry-after when time will cure it, 503 when only the owner can."""
    if not exhausted.unavailable:
        return Refusal(400, "invalid_request_error", "The x-claudeflare-account field names no account of this server.")
    accounts: list[dict[str, Any]] = [
        {"account": account.name, "reason": reason.reason, "until": _iso(reason.until)}
        for account, reason in exhausted.unavailable
    ]
    words = "; ".join(
        f"{entry['account']}: {entry['reason']}" + (f" until {entry['until']}" if entry["until"] else "")
        for entry in accounts
    )
    details = {"accounts": accounts, "next_available_at": _iso(exhausted.earliest)}
    if exhausted.earliest is not None:
        wait = max(1, ceil(exhausted.earliest - now))
        message = f"No Claudeflare account can take this request for another {wait} s. {words}"
        return Refusal(429, "rate_limit_error", message, retry_after=wait, details=details)
    message = f"No Claudeflare account can take this request: somebody has to look. {words}"
    return Refusal(503, "api_error", message, retry_after=NEED_A_PERSON_SECONDS, details=details)


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
