"""Client keys as the API shows them, and their limits as it takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from claudeflare.api.schemas.keys import BudgetResource, KeyResource
from claudeflare.api.services import Services
from claudeflare.api.times import parse_moment, parse_span, to_iso, to_iso_or_none
from claudeflare.errors import InvalidInput
from claudeflare.quotas.client_key import PERIODS, Budget, ClientKey
from claudeflare.storage.client_keys import StoredClientKey

_PLAIN: Final = ("requests_per_minute", "tokens_per_minute", "concurrency")


def key_resources(services: Services, stored: list[StoredClientKey]) -> list[KeyResource]:
    """Keys, with what is on record of them."""
    names = {each.account.id: each.account.name for each in services.accounts.list()}
    used = services.client_keys.last_used([each.key.name for each in stored])
    return [_resource(services, each, names, used) for each in stored]


def _resource(
    services: Services, stored: StoredClientKey, names: Mapping[str, str], used: Mapping[str, float]
) -> KeyResource:  # fmt: skip
    key, in_file = stored.key, stored.key.id.startswith("file-")
    return KeyResource(
        id=key.id,
        name=key.name,
        source="file" if in_file else "made",
        state="revoked" if stored.revoked_at is not None else "expired" if key.expired(services.clock()) else "active",
        ending=stored.ending or None,
        created=None if in_file else to_iso(stored.created),
        expires_at=to_iso_or_none(key.expires_at),
        revoked_at=to_iso_or_none(stored.revoked_at),
        last_used=to_iso_or_none(used.get(key.name)),
        models=list(key.models),
        accounts=[names.get(account_id, account_id) for account_id in key.accounts],
        requests_per_minute=key.requests_per_minute,
        tokens_per_minute=key.tokens_per_minute,
        concurrency=key.concurrency,
        budgets=[_budget(services, key, budget) for budget in key.budgets],
        time_zone=key.zone,
        allow_unpriced=key.allow_unpriced,
        shadow=key.shadow,
    )


def _budget(services: Services, key: ClientKey, budget: Budget) -> BudgetResource:
    spent, end = services.client_keys.spent(key, budget)
    return BudgetResource(
        period=budget.period,
        usd=budget.usd,
        spent=spent,
        remaining=max(0.0, budget.usd - spent),
        resets_at=to_iso(end),
    )


def limits_of(services: Services, given: Mapping[str, Any], budgets: tuple[Budget, ...] = ()) -> dict[str, Any]:
    """Fields of `ClientKey` from those of `KeyLimits` that are given; `budgets` are what the key has so far.

    Raises `InvalidInput` and `NotFound`.
    """
    found: dict[str, Any] = {name: given[name] for name in _PLAIN if name in given}
    found |= {name: bool(given[name]) for name in ("allow_unpriced", "shadow") if name in given}
    if "expires" in given:
        found["expires_at"] = _expiry(given["expires"], services.clock())
    if "models" in given:
        found["models"] = tuple(given["models"] or ())
    if "accounts" in given:
        found["accounts"] = tuple(services.accounts.get(one).account.id for one in given["accounts"] or ())
    if "time_zone" in given:
        found["zone"] = given["time_zone"] or "UTC"
    if any(f"per_{period}" in given for period in PERIODS):
        amounts: dict[Any, float | None] = {budget.period: budget.usd for budget in budgets}
        amounts |= {period: given[f"per_{period}"] for period in PERIODS if f"per_{period}" in given}
        found["budgets"] = tuple(
            Budget(period, usd) for period in PERIODS if (usd := amounts.get(period)) is not None
        )  # fmt: skip
    return found


def _expiry(text: str | None, now: float) -> float | None:
    if text is None:
        return None
    try:
        return now + parse_span(text)
    except InvalidInput:
        moment = parse_moment(text, now)
    if moment <= now:
        raise InvalidInput(f"{text!r} is over already. Write a span from now, such as 90d, or a time to come.")
    return moment
