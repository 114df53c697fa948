"""Requests as ccflare and better-ccflare store them -> rows for `POST /api/import/requests`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, NamedTuple

from claudeflare.importing.foreign_file import ForeignFile
from claudeflare.importing.old_accounts import uuid_of

COLUMNS: Final = (
    *("id", "timestamp", "method", "path", "account_used", "status_code", "success", "error_message"),
    *("response_time_ms", "model", "original_model", "prompt_tokens", "completion_tokens", "cost_usd"),
    *("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"),
    *("client_session_id", "ttft_ms", "proxy_overhead_ms", "streaming_duration_ms", "stream_terminal_state"),
)
NO_ACCOUNT: Final = "no_account"
"""`requests.account_used` of what was passed through."""
NO_STATUS: Final = "no_status_recorded"
"""`errorType` of a request whose end was not recorded."""

FIRST_SECONDS: Final = 1_577_836_800
"""2020: before there was anything to record."""
AHEAD_SECONDS: Final = 43_200
RUNNING_SECONDS: Final = 3600
"""How long a request without an end may still be running."""
LONGEST_MODEL: Final = 256
LONGEST_SESSION: Final = 256
LONGEST_PATH: Final = 500
LONGEST_ERROR: Final = 1000
"""Characters: a batch has to fit into what a server takes at once."""
LARGEST_COUNT: Final = 10**11
LONGEST_MS: Final = 1e9
MOST_DOLLARS: Final = 1e6

_ID: Final = re.compile(r"[A-Za-z0-9.:-]{1,64}")
_METHOD: Final = re.compile(r"[A-Za-z-]{1,16}")


class AccountHere(NamedTuple):
    """Whose a request is here."""

    id: str
    name: str | None


class Left(Enum):
    """Why a row is not taken."""

    UNREADABLE = "unreadable"
    RUNNING = "running"
    """It has begun a short while ago, and what is on record of it is not all. Another import takes it."""


Row = dict[str, Any]
"""In the API's words."""


def read_requests(file: ForeignFile, accounts: Mapping[str, AccountHere], now: float) -> Iterator[Row | Left]:
    """Every request, oldest first. `accounts`: by their ids in the file. `now` is UTC epoch seconds."""
    for row in file.rows("requests", COLUMNS, "ORDER BY timestamp, id"):
        yield request_row(row, accounts, now)


def request_row(row: Mapping[str, Any], accounts: Mapping[str, AccountHere], now: float) -> Row | Left:
    """One of them. Both programs write 0 where they do not know: 0 is taken for unknown throughout."""
    moment, method = _number(row["timestamp"], 1e14), row["method"]
    if moment is None or not FIRST_SECONDS <= moment / 1000 <= now + AHEAD_SECONDS:
        return Left.UNREADABLE
    if row["id"] is None or not isinstance(method, str) or not _METHOD.fullmatch(method):
        return Left.UNREADABLE
    took = _number(row["response_time_ms"], LONGEST_MS)
    if not row["success"] and took is None and now - moment / 1000 < RUNNING_SECONDS:
        return Left.RUNNING
    request_id, account = str(row["id"]), _account(row["account_used"], accounts)
    served = _text(row["model"], LONGEST_MODEL)
    return {
        "id": request_id if _ID.fullmatch(request_id) else uuid_of(request_id),
        "timestamp": datetime.fromtimestamp(moment / 1000, UTC).isoformat(),
        "method": method,
        "path": (_text(row["path"], LONGEST_PATH) or "/").partition("?")[0],
        "accountId": account.id if account else None,
        "accountUsed": account.name if account else None,
        **_ending(row, account is not None),
        "errorMessage": _text(row["error_message"], LONGEST_ERROR),
        "responseTimeMs": took or 0.0,
        "ttftMs": _number(row["ttft_ms"], LONGEST_MS),
        "overheadMs": _number(row["proxy_overhead_ms"], LONGEST_MS) or 0.0,
        "streaming": _number(row["streaming_duration_ms"], LONGEST_MS) is not None,
        "sessionId": _text(row["client_session_id"], LONGEST_SESSION),
        "model": _text(row["original_model"], LONGEST_MODEL) or served,
        "servedModel": served,
        **_tokens(row),
        "costUsd": _number(row["cost_usd"], MOST_DOLLARS),
    }


def _account(used: Any, accounts: Mapping[str, AccountHere]) -> AccountHere | None:
    if not isinstance(used, str) or not used or used == NO_ACCOUNT:
        return None
    return accounts.get(used) or AccountHere(uuid_of(used), None)


def _ending(row: Mapping[str, Any], has_account: bool) -> Row:
    """Status and terminal state. Of an answer without an error, `success` tells whether all of it came."""
    status = row["status_code"]
    if not isinstance(status, int) or not 100 <= status <= 599:
        return {"statusCode": 500, "terminalState": "error", "errorType": NO_STATUS}
    if status >= 400:
        # Without an account it is the proxy itself that said so.
        return {"statusCode": status, "terminalState": "complete" if has_account else "error"}
    if row["stream_terminal_state"] == "client_cancelled":
        return {"statusCode": status, "terminalState": "client_closed"}
    broken = row["stream_terminal_state"] in ("truncated", "recovered", "error")
    return {"statusCode": status, "terminalState": "complete" if row["success"] and not broken else "truncated"}


def _tokens(row: Mapping[str, Any]) -> Row:
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    plain, read, written, output = (_count(row[name]) for name in names)
    if plain is read is written is output is None:
        # The first version counts what the prompt and the completion consisted of, and nothing of a cache.
        plain, output = _count(row["prompt_tokens"]), _count(row["completion_tokens"])
    return {
        "inputTokens": plain,
        "cacheReadInputTokens": read,
        "cacheCreationInputTokens": written,
        "outputTokens": output,
    }


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value <= LARGEST_COUNT else None


def _number(value: Any, most: float) -> float | None:
    """None for 0 as well, and for what is none."""
    return float(value) if isinstance(value, int | float) and 0 < value <= most else None


def _text(value: Any, longest: int) -> str | None:
    return value[:longest] if isinstance(value, str) and value else None
