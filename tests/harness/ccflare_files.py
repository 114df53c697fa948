"""Database files as ccflare and better-ccflare have made them over time, with rows of a test's."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

NOW_MS: Final = 1_795_369_200_000
"""`harness.data_directory.NOW`."""

_ACCOUNTS: Final = """
    id TEXT PRIMARY KEY, name TEXT NOT NULL, provider TEXT DEFAULT 'anthropic', api_key TEXT,
    refresh_token TEXT {refresh}, access_token TEXT, expires_at INTEGER, created_at INTEGER NOT NULL,
    last_used INTEGER, request_count INTEGER DEFAULT 0, total_requests INTEGER DEFAULT 0
"""
_STATE: Final = """
    rate_limited_until INTEGER, session_start INTEGER, session_request_count INTEGER DEFAULT 0,
    paused INTEGER DEFAULT 0, rate_limit_reset INTEGER, rate_limit_status TEXT, rate_limit_remaining INTEGER
"""
_BARE_REQUESTS: Final = """
    id TEXT PRIMARY KEY, timestamp INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, account_used TEXT,
    status_code INTEGER, success BOOLEAN, error_message TEXT, response_time_ms INTEGER,
    failover_attempts INTEGER DEFAULT 0
"""
_FIRST_USAGE: Final = """
    model TEXT, prompt_tokens INTEGER DEFAULT 0, completion_tokens INTEGER DEFAULT 0,
    total_tokens INTEGER DEFAULT 0, cost_usd REAL DEFAULT 0
"""
_USAGE: Final = f"""{_FIRST_USAGE}, output_tokens_per_second REAL, input_tokens INTEGER DEFAULT 0,
    cache_read_input_tokens INTEGER DEFAULT 0, cache_creation_input_tokens INTEGER DEFAULT 0,
    output_tokens INTEGER DEFAULT 0
"""
_PAYLOADS: Final = "id TEXT PRIMARY KEY, json TEXT NOT NULL"
_KEYS: Final = """
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, hashed_key TEXT NOT NULL UNIQUE, prefix_last_8 TEXT NOT NULL,
    created_at INTEGER NOT NULL, is_active INTEGER DEFAULT 1
"""
_TIER: Final = "account_tier INTEGER DEFAULT 1"
_BETTER: Final = """
    priority INTEGER DEFAULT 0, auto_fallback_enabled INTEGER DEFAULT 0, custom_endpoint TEXT,
    auto_refresh_enabled INTEGER DEFAULT 0, model_mappings TEXT
"""

SCHEMAS: Final[dict[str, dict[str, str]]] = {
    "claudeflare": {
        "accounts": f"{_ACCOUNTS.format(refresh='NOT NULL')}",
        "requests": _BARE_REQUESTS,
    },
    "ccflare tokens": {
        "accounts": f"{_ACCOUNTS.format(refresh='NOT NULL')}, {_TIER}, {_STATE}",
        "requests": f"{_BARE_REQUESTS}, {_FIRST_USAGE}",
        "request_payloads": _PAYLOADS,
    },
    "ccflare": {
        "accounts": f"{_ACCOUNTS.format(refresh='')}, {_TIER}, {_STATE}",
        "requests": f"{_BARE_REQUESTS}, {_USAGE}, agent_used TEXT",
        "request_payloads": _PAYLOADS,
        "oauth_sessions": "id TEXT PRIMARY KEY, account_name TEXT, verifier TEXT, mode TEXT, tier INTEGER",
    },
    "ccflare 2": {
        "accounts": f"""id TEXT PRIMARY KEY, name TEXT NOT NULL, provider TEXT NOT NULL, auth_method TEXT NOT NULL,
            base_url TEXT, api_key TEXT, refresh_token TEXT, access_token TEXT, expires_at INTEGER,
            created_at INTEGER NOT NULL, last_used INTEGER, request_count INTEGER DEFAULT 0,
            total_requests INTEGER DEFAULT 0, weight INTEGER NOT NULL DEFAULT 1, {_STATE}""",
        "requests": f"""{_BARE_REQUESTS}, {_USAGE}, provider TEXT NOT NULL DEFAULT '',
            upstream_path TEXT NOT NULL DEFAULT '', reasoning_tokens INTEGER DEFAULT 0, response_id TEXT,
            previous_response_id TEXT, response_chain_id TEXT, client_session_id TEXT, ttft_ms INTEGER,
            proxy_overhead_ms INTEGER, upstream_ttfb_ms INTEGER, streaming_duration_ms INTEGER""",
        "request_payloads": _PAYLOADS,
    },
    "better-ccflare early": {
        "accounts": f"{_ACCOUNTS.format(refresh='NOT NULL')}, {_STATE}, {_BETTER}",
        "requests": f"{_BARE_REQUESTS}, {_USAGE}, agent_used TEXT",
        "request_payloads": _PAYLOADS,
        "api_keys": _KEYS,
    },
    "better-ccflare": {
        "accounts": f"""{_ACCOUNTS.format(refresh="")}, {_STATE}, {_BETTER}, cross_region_mode TEXT,
            model_fallbacks TEXT, billing_type TEXT, refresh_token_issued_at INTEGER,
            auto_pause_on_overage_enabled INTEGER DEFAULT 0, peak_hours_pause_enabled INTEGER DEFAULT 0,
            pause_reason TEXT, requires_reauth INTEGER DEFAULT 0, consecutive_rate_limits INTEGER DEFAULT 0""",
        "requests": f"""{_BARE_REQUESTS}, {_USAGE}, agent_used TEXT, project TEXT, billing_type TEXT DEFAULT 'api',
            original_model TEXT, applied_model TEXT, project_attribution_source TEXT, agent_attribution_source TEXT,
            stream_terminal_state TEXT, api_key_id TEXT, api_key_name TEXT, combo_name TEXT, client_session_id TEXT""",
        "request_payloads": f"{_PAYLOADS}, timestamp INTEGER",
        "api_keys": f"{_KEYS}, role TEXT NOT NULL DEFAULT 'api-only'",
        "usage_snapshots": "account_id TEXT, timestamp INTEGER, window_key TEXT, utilization REAL, resets_at INTEGER",
    },
}
"""By a name of ours, the oldest first."""

Values = dict[str, Any]


def number_id(number: int) -> str:
    """As `crypto.randomUUID()` makes them."""
    return str(uuid.UUID(int=number, version=4))


def account(number: int, name: str, **values: Any) -> Values:
    """A row of `accounts`."""
    return {"id": number_id(number), "name": name, "created_at": NOW_MS - 10**9, "refresh_token": "", **values}


def request(number: int, seconds_ago: float = 3600, **values: Any) -> Values:
    """A row of `requests`: a whole answer."""
    usual = {"method": "POST", "path": "/v1/messages", "status_code": 200, "success": 1, "response_time_ms": 1500}
    return {"id": number_id(10_000 + number), "timestamp": int(NOW_MS - seconds_ago * 1000), **usual, **values}


def make(path: Path, schema: str, *, accounts: Iterable[Values] = (), requests: Iterable[Values] = ()) -> Path:
    """A file of this schema with these rows, in WAL mode as theirs are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for table, columns in SCHEMAS[schema].items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
        insert(connection, "accounts", accounts)
        insert(connection, "requests", requests)
        connection.commit()
    return path


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[Values]) -> None:
    """Rows of any columns."""
    for row in rows:
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])
