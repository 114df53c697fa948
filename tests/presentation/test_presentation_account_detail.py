"""Everything about one account; what most accounts have is compared by test_cli_show."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from claudeflare.formatting import epoch
from claudeflare.presentation.account_detail import setup_rows, trouble_words, use_rows

NOW = epoch("2026-11-22T15:00:00Z") or 0.0
ACCOUNT: Any = {
    "id": "1",
    "mode": "token",
    "provider": "anthropic",
    "tier": 20,
    "priority": 1,
    "baseUrl": None,
    "reserve": 0.8,
    "allowExtraUsage": False,
    "tokenStatus": "valid",
    "tokenExpires": None,
    "tokenRenewed": None,
    "tokenTrouble": None,
    "needsLogin": None,
    "inFlight": 2,
    "requestCount": 5,
    "totalRequests": 1200,
    "lastUsed": None,
    "created": "2026-11-20T15:00:00Z",
}


def test_what_the_owner_set_is_there() -> None:
    rows = dict(setup_rows(ACCOUNT, NOW, UTC))
    assert rows["Spared"] == "from 80% of a usage window on"
    assert rows["Extra usage"] == "not allowed"
    assert dict(setup_rows({**ACCOUNT, "allowExtraUsage": True}, NOW, UTC))["Extra usage"] == "allowed"


def test_use() -> None:
    rows = dict(use_rows(ACCOUNT, NOW, UTC))
    assert rows["Requests"] == "5 since the last reset, 1,200 in all"
    assert rows["Last used"] == "never"


def test_troubles() -> None:
    limit: Any = {"modelClass": "opus", "reason": "7d_opus: all used", "until": "2026-11-22T15:30:00Z"}
    assert trouble_words(limit, NOW, UTC) == "opus: 7d_opus: all used, until 15:30 (30 min)"
    assert trouble_words({**limit, "modelClass": None, "until": None}, NOW, UTC) == "7d_opus: all used"
