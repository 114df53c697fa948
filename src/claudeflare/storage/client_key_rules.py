"""What a client key's fields may hold. Raises `InvalidInput`."""

from __future__ import annotations

import math

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.quotas.client_key import PERIODS, ClientKey
from claudeflare.quotas.periods import known_zone
from claudeflare.storage import account_rules

LARGEST_RATE = 10**9
LARGEST_USD = 10**9
PATTERNS = 100
PATTERN_LENGTH = 200


def checked(key: ClientKey) -> ClientKey:
    """The key as it is stored."""
    for what, value in (
        ("Requests per minute", key.requests_per_minute),
        ("Tokens per minute", key.tokens_per_minute),
        ("Concurrency", key.concurrency),
    ):
        if value is not None and not 1 <= value <= LARGEST_RATE:
            raise InvalidInput(f"{what}: a whole number from 1 to {LARGEST_RATE}, or nothing for no limit.")
    _check_budgets(key)
    if not known_zone(key.zone):
        raise InvalidInput(f"There is no time zone {key.zone!r}. Use a name such as Europe/Berlin or UTC.")
    if len(key.models) > PATTERNS or any(not 1 <= len(one) <= PATTERN_LENGTH for one in key.models):
        raise InvalidInput(f"Models: up to {PATTERNS} patterns of 1 to {PATTERN_LENGTH} characters.")
    if key.expires_at is not None and not math.isfinite(key.expires_at):
        raise InvalidInput("A key expires at a time, or never.")
    return msgspec.structs.replace(key, name=account_rules.name(key.name))


def _check_budgets(key: ClientKey) -> None:
    periods = [budget.period for budget in key.budgets]
    if len(set(periods)) < len(periods) or not set(periods) <= set(PERIODS):
        raise InvalidInput(f"Budgets: at most one for each of {', '.join(PERIODS)}.")
    for budget in key.budgets:
        if not (math.isfinite(budget.usd) and 0 < budget.usd <= LARGEST_USD):
            raise InvalidInput("A budget is an amount in USD above 0; to take it away, give none.")
