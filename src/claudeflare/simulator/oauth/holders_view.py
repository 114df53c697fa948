"""/api/oauth: what a token's holder may see, and the API key one of a Console organization may make (undocumented)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.visit import Visit
from claudeflare.simulator.windows import Window

PERCENT = 100.0


def profile(visit: Visit, raw: bytes) -> Delivery:
    """Person and organization."""
    account = visit.caller
    plan = "claude_max" if account.is_subscription else "api"
    person = {
        "uuid": account.person_id,
        "email": account.email,
        "full_name": account.name,
        "display_name": account.name,
        "has_claude_max": account.is_subscription,
        "has_claude_pro": False,
    }
    organization = {
        "uuid": account.organization_id,
        "name": account.organization or account.name,
        "organization_type": plan,
        "billing_type": "stripe_subscription" if account.is_subscription else "prepaid",
        "rate_limit_tier": "default_claude_max_20x" if account.is_subscription else "api_tier",
    }
    return visit.answer({"account": person, "organization": organization})


def roles(visit: Visit, raw: bytes) -> Delivery:
    """What the person is in the organization."""
    account = visit.caller
    return visit.answer(
        {
            "organization_uuid": account.organization_id,
            "organization_name": account.organization or account.name,
            "organization_role": "admin",
            "workspace_role": None,
        }
    )


def usage(visit: Visit, raw: bytes) -> Delivery:
    """The windows: percent used, and when they end."""
    account = visit.caller
    if not account.is_subscription:
        raise ApiError(403, "Usage is only known of subscriptions")
    windows = visit.world.allowances.windows(account)
    shown: dict[str, Any] = dict.fromkeys(
        ("five_hour", "seven_day", "seven_day_opus", "seven_day_sonnet", "seven_day_oauth_apps")
    )
    for window in windows.windows:
        if window.claim in shown:
            shown[window.claim] = _window(window, visit.now)
    spent = windows.overage_budget > 0
    shown["extra_usage"] = {
        "is_enabled": spent,
        "monthly_limit": windows.overage_budget if spent else None,
        "used_credits": windows.overage_used if spent else None,
        "utilization": round(PERCENT * windows.overage_used / windows.overage_budget, 1) if spent else None,
        "currency": "USD" if spent else None,
    }
    return visit.answer(shown)


def create_api_key(visit: Visit, raw: bytes) -> Delivery:
    """A new API key of the organization."""
    account, ledger = visit.caller, visit.world.oauth
    ledger.counts.api_keys += 1
    key = ledger.secret("sk-ant-api03-")
    made: SimulatedAccount = msgspec.structs.replace(
        account,
        name=f"{account.name} key {ledger.counts.api_keys}",
        key=key,
        organization=account.organization_id,
        federation_rule="",
    )
    visit.world.accounts.put(made)
    return visit.answer({"raw_key": key}, [("cache-control", "no-store")])


def _window(window: Window, now: float) -> dict[str, Any]:
    ends = window.resets_at if window.resets_at > now else None
    return {
        "utilization": round(PERCENT * window.utilization(now), 1),
        "resets_at": None if ends is None else datetime.fromtimestamp(ends, UTC).isoformat().replace("+00:00", "Z"),
    }
