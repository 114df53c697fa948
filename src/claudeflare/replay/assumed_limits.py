"""The limits accounts are taken to have: as their answers said, else as published for a tier. Never silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from claudeflare.balancing.account import Account
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.replay.modelled_account import NO_LIMITS, ModelledAccount
from claudeflare.simulator.accounts import TIER_LIMITS, TOP_MODEL_LIMITS, Limits, Tier

TIERS: Final[Mapping[int, Tier]] = {1: "start", 5: "build", 20: "scale"}
"""Our tiers say how large accounts are beside one another; which of the API's tiers they are in is an assumption."""
TOP_CLASSES: Final = ("fable", "mythos")
FIELDS: Final = {"requests": "requests", "input tokens": "input_tokens", "output tokens": "output_tokens"}
"""Name of a gauge -> field of `Limits`."""


def modelled_accounts(
    accounts: Sequence[Account],
    organizations: Mapping[str, str | None],
    gauges: Mapping[str, Sequence[LimitGauge]],
) -> tuple[list[ModelledAccount], list[str]]:
    """The accounts with their limits, and in words what was assumed. Mappings are by account id."""
    shared = {each.id: organizations.get(each.id) or f"of {each.name}" for each in accounts}
    known: dict[str, dict[str, Limits]] = {}
    for account in accounts:
        known.setdefault(shared[account.id], {}).update(_told(gauges.get(account.id, ())))
    found, said = [], []
    for account in accounts:
        tier = TIERS.get(account.tier, "start")
        told = known[shared[account.id]]
        limits, top = published(tier)
        organization = shared[account.id]
        found.append(
            ModelledAccount(account=account, organization=organization, limits=limits, model_limits={**top, **told})
        )
        said.append(_sentence(account, tier, told))
        if any(gauge.kind == "window" for gauge in gauges.get(account.id, ())):
            said.append(f"{account.name}: the size of usage windows is not published, so they are left out.")
    return found, said


def published(tier: Tier) -> tuple[Limits, dict[str, Limits]]:
    """What the API's documentation says of a tier: for most models, and for those that differ (by model class)."""
    return TIER_LIMITS[tier], dict.fromkeys(TOP_CLASSES, TOP_MODEL_LIMITS[tier])


def _told(gauges: Sequence[LimitGauge]) -> dict[str, Limits]:
    """Limits by model class, of the classes for which any is known; what is not said does not limit."""
    values: dict[str, dict[str, int]] = {}
    for gauge in gauges:
        if gauge.kind == "bucket" and gauge.limit is not None and gauge.name in FIELDS:
            values.setdefault(gauge.model_class, {})[FIELDS[gauge.name]] = gauge.limit
    return {
        model_class: Limits(
            requests=each.get("requests", NO_LIMITS.requests),
            input_tokens=each.get("input_tokens", NO_LIMITS.input_tokens),
            output_tokens=each.get("output_tokens", NO_LIMITS.output_tokens),
        )
        for model_class, each in values.items()
        if model_class
    }


def _sentence(account: Account, tier: str, told: Mapping[str, Limits]) -> str:
    if told:
        classes = ", ".join(sorted(told))
        return f"{account.name}: limits for {classes} as its answers said; for other models those of tier {tier}."
    return f"{account.name}: no answer has told its limits, so those published for tier {tier} are assumed."
