from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.importing.ccflare import recognize
from claudeflare.importing.foreign_file import opened
from harness.ccflare_files import make
from harness.data_directory import seed


@pytest.mark.parametrize(
    ("schema", "program", "newest"),
    [
        ("claudeflare", "ccflare", ""),
        ("ccflare tokens", "ccflare", "requests.cost_usd"),
        ("ccflare", "ccflare", "requests.agent_used"),
        ("ccflare 2", "ccflare", "requests.ttft_ms"),
        ("better-ccflare early", "better-ccflare", "accounts.model_mappings"),
        ("better-ccflare", "better-ccflare", "requests.stream_terminal_state"),
    ],
)
def test_each_schema_there_was(tmp_path: Path, schema: str, program: str, newest: str) -> None:
    path = make(tmp_path / "x.db", schema)
    with opened(path) as file:
        assert recognize(path, file.columns) == (program, newest)


def test_any_other_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE accounts (id TEXT, name TEXT)")
        connection.execute("CREATE TABLE requests (id TEXT, url TEXT)")
    with opened(path) as file, pytest.raises(InvalidInput, match="neither ccflare nor better-ccflare"):
        recognize(path, file.columns)


def test_our_own(tmp_path: Path) -> None:
    path = seed(tmp_path).database
    with opened(path) as file, pytest.raises(InvalidInput, match="a database of Claudeflare itself"):
        recognize(path, file.columns)
