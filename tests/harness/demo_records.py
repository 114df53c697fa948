"""Requests and explanations as the API answers them, for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from claudeflare.client.resources import Json, Request
from claudeflare.demo.moves import Move
from claudeflare.demo.observer import RequestLine
from claudeflare.demo.picture import AccountRow, Picture

AT = 1_795_000_000.0
"""2026-11-18 09:46:40 UTC."""


def request(number: int = 1, **fields: Any) -> Request:
    """A request that was answered well; `at` is when it began."""
    at = fields.pop("at", AT)
    whole: dict[str, Any] = {
        "id": f"req_{number}",
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        "method": "POST",
        "path": "/v1/messages",
        "accountUsed": "company",
        "statusCode": 200,
        "success": True,
        "terminalState": "complete",
        "errorMessage": None,
        "responseTimeMs": 1400.0,
        "ttftMs": 400.0,
        "overheadMs": 0.4,
        "queuedMs": 0.0,
        "failoverAttempts": 0,
        "sessionId": "s-01",
        "model": "claude-sonnet-5-5",
        "costUsd": 0.0042,
    }
    return whole | fields  # type: ignore[return-value]


def pick(chosen: str, **out: str) -> Json:
    """A step in which an account was chosen; `out` maps others to why they were not available."""
    candidates = [{"account": name.replace("_", "-"), "out": why, "chosen": False} for name, why in out.items()]
    candidates.append({"account": chosen, "out": None, "chosen": True})
    return {"text": "", "pick": {"candidates": candidates}, "attempt": None}


def attempt(account: str, outcome: str = "served", status: int | None = 200) -> Json:
    """A step in which an account was tried."""
    return {"text": "", "pick": None, "attempt": {"account": account, "outcome": outcome, "status": status}}


def moment(**fields: Any) -> Picture:
    """A moment in which two accounts are held back; times are in UTC."""
    later = [request(number, at=AT + number, sessionId=f"s-{number:02d}") for number in (9, 8, 7, 6, 5)]
    later[1] |= {"accountUsed": "company", "failoverAttempts": 1}
    later[2] |= {"success": False, "statusCode": 502, "accountUsed": None, "costUsd": None}
    later[3] |= {"model": "claude-haiku-5-5", "costUsd": 0.00003, "responseTimeMs": 61_000.0}
    lines = [RequestLine(each, "trial" if each["failoverAttempts"] else None) for each in later]
    moves = [
        Move(AT + 8, "s-08", "trial", "company", "429 rate limited", in_request=True),
        Move(AT + 2, "s-02", "studio-b", "company", "rate limited: usage window is used up", in_request=False),
    ]
    whole: dict[str, Any] = {
        "now": AT + 12,
        "phase": "41 s left",
        "url": "http://127.0.0.1:41231",
        "accounts": (
            row("company", 0.02, 0.0, in_flight=3),
            row("trial", 1.0, 0.31, status="limited: sonnet", until=AT + 18, limited=frozenset({"sonnet"})),
            row("studio-a", 0.85, 0.11, in_flight=12),
            row("studio-b", 0.85, 0.11, status="limited", until=AT + 52, limited=frozenset({""})),
        ),
        "lines": tuple(lines),
        "moves": tuple(moves),
        "move_count": 41,
        "rates": (0, 3, 8, 7, 6, 9, 8),
        "answered": 412,
        "client_rate_limits": 0,
        "client_failures": 0,
        "upstream_429": 37,
        "upstream_529": 6,
        "overhead_p50": 0.41,
        "overhead_p95": 1.9,
        "cost": 0.84,
    }
    return Picture(**(whole | fields))


def row(name: str, sonnet: float, haiku: float, **fields: Any) -> AccountRow:
    """An account that is well unless `fields` say otherwise."""
    well: dict[str, Any] = {"in_flight": 0, "status": "ok", "until": None, "limited": frozenset()}
    return AccountRow(name=name, used={"sonnet": sonnet, "haiku": haiku}, **(well | fields))
