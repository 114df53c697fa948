"""Which program a file is of, by its tables and columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from claudeflare.errors import InvalidInput

CCFLARE: Final = "ccflare"
BETTER: Final = "better-ccflare"

_NEEDED: Final = {"accounts": {"id", "name"}, "requests": {"id", "timestamp", "method", "path"}}
"""In every version of both."""
_ONLY_BETTER: Final = {
    "accounts": {"priority", "custom_endpoint", "auto_fallback_enabled", "auto_refresh_enabled", "model_mappings"},
    "requests": {"api_key_id", "project", "billing_type", "combo_name"},
}
_SCHEMAS: Final = {
    # Newest first: the first whose column is there names the schema.
    BETTER: (
        ("requests", "stream_terminal_state"),
        ("requests", "client_session_id"),
        ("requests", "original_model"),
        ("requests", "billing_type"),
        ("requests", "project"),
        ("requests", "api_key_id"),
        ("accounts", "model_mappings"),
        ("accounts", "custom_endpoint"),
        ("accounts", "priority"),
    ),
    CCFLARE: (
        ("requests", "ttft_ms"),
        ("accounts", "auth_method"),
        ("requests", "agent_used"),
        ("requests", "cost_usd"),
        ("accounts", "account_tier"),
    ),
}


class Program(NamedTuple):
    """What wrote the file. Neither program writes down its version."""

    name: str
    schema: str
    """The newest column that tells its schemas apart, e.g. `requests.project`; empty for the oldest."""


def recognize(path: Path, columns: Mapping[str, frozenset[str]]) -> Program:
    """`columns` by table. Raises `InvalidInput` for a file of neither program."""
    if "name_key" in columns.get("accounts", ()):
        raise InvalidInput(
            f"{path} is a database of Claudeflare itself: `claudeflare backup` and `restore` move those."
        )
    for table, needed in _NEEDED.items():
        if not needed <= columns.get(table, frozenset()):
            raise InvalidInput(
                f"{path} is a database of neither ccflare nor better-ccflare: it has no table {table} with the columns"
                f" {', '.join(sorted(needed))}. Theirs are ccflare.db and better-ccflare.db in their data directories."
            )
    name = BETTER if any(found & columns[table] for table, found in _ONLY_BETTER.items()) else CCFLARE
    marks = (f"{table}.{column}" for table, column in _SCHEMAS[name] if column in columns[table])
    return Program(name, next(marks, ""))
