"""What an import will do, and what it has done, as values that are printed or written as JSON."""

from __future__ import annotations

from typing import Any

from claudeflare.importing.account_plan import Decision
from claudeflare.importing.old_requests import Left
from claudeflare.importing.survey import Survey
from claudeflare.importing.transfer import Transferred

Json = dict[str, Any]


def planned(found: Survey, decisions: list[Decision], *, history: bool) -> Json:
    """Before anything is taken. No secrets."""
    return {
        "program": found.program.name,
        "schema": found.program.schema or None,
        "kinds": found.kinds(),
        "accounts": [
            {
                "name": each.old.name,
                "provider": each.old.provider,
                "mode": each.old.mode,
                "tier": each.old.tier,
                "priority": each.old.priority,
                "paused": each.old.paused,
                "baseUrl": each.old.base_url,
                "as": each.name,
                "whyNot": each.why_not or None,
            }
            for each in decisions
        ],
        "requests": {
            "found": found.requests,
            "wanted": found.requests - found.too_old if history else 0,
            "tooOld": found.too_old,
            "months": found.months,
        },
        "payloads": found.payloads,
        "clientKeys": found.client_keys,
    }


def done(accounts: list[Json], requests: Transferred | None) -> Json:
    """Afterwards. `accounts`: what the API answered of those that were added; or a `name` and an `error`."""
    return {
        "accounts": accounts,
        "requests": None
        if requests is None
        else {
            "added": requests.added,
            "known": requests.known,
            "tooOld": requests.too_old,
            "unreadable": requests.left[Left.UNREADABLE],
            "running": requests.left[Left.RUNNING],
        },
    }
