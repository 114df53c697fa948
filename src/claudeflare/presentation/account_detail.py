"""Everything about one account, as names and values."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import absolute, ago, epoch, until
from claudeflare.presentation.credential_standing import credential_words

if TYPE_CHECKING:
    from claudeflare.client.resources import Account, Limit


def trouble_words(limit: Limit, now: float, zone: tzinfo | None) -> str:
    """What keeps requests off it: `opus: 7d_opus: all used, until 18:10 (30 min)`."""
    models = f"{limit['modelClass']}: " if limit["modelClass"] else ""
    end = epoch(limit["until"])
    return f"{models}{limit['reason']}" + ("" if end is None else f", {until(end, now, zone)}")


def setup_rows(account: Account, now: float, zone: tzinfo | None) -> list[tuple[str, str]]:
    """How it is set up, and how what opens it stands."""
    return [
        ("Mode", f"{account['mode']} ({account['provider']})"),
        ("Credential", credential_words(account, now, zone)),
        ("Tier", str(account["tier"])),
        ("Priority", str(account["priority"])),
        ("Base URL", account["baseUrl"] or "the server's own"),
        *([] if account["reserve"] is None else [("Spared", f"from {account['reserve']:.0%} of a usage window on")]),
        *([] if account["allowExtraUsage"] is None else [("Extra usage", _allowed(account["allowExtraUsage"]))]),
    ]


def use_rows(account: Account, now: float, zone: tzinfo | None) -> list[tuple[str, str]]:
    """What it was used for."""
    used = epoch(account["lastUsed"])
    return [
        ("In flight", str(account["inFlight"])),
        ("Requests", f"{account['requestCount']:,} since the last reset, {account['totalRequests']:,} in all"),
        ("Last used", "never" if used is None else f"{absolute(used, zone)} ({ago(used, now, zone)})"),
        ("Added", absolute(epoch(account["created"]), zone)),
        ("Id", account["id"]),
    ]


def _allowed(allowed: bool) -> str:
    return "allowed" if allowed else "not allowed"
