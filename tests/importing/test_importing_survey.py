from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from claudeflare.importing.foreign_file import opened
from claudeflare.importing.survey import survey
from harness.ccflare_files import account, insert, make, number_id, request
from harness.data_directory import DAY, NOW


def test_what_a_file_holds(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.db",
        "better-ccflare",
        accounts=[
            account(1, "a", api_key="k"),
            account(2, "b", refresh_token="r"),
            account(3, "c", refresh_token="r"),
            account(4, "d", provider="zai", api_key="k"),
            account(5, "e"),
        ],
        requests=[request(1), request(2, 40 * DAY), request(3, 400 * DAY), request(4, timestamp="never")],
    )
    with closing(sqlite3.connect(path)) as connection:
        insert(connection, "request_payloads", [{"id": number_id(10_001), "json": "{}"}])
        key = {"id": "k", "name": "laptop", "hashed_key": "h", "prefix_last_8": "x", "created_at": 1}
        insert(connection, "api_keys", [key])
        connection.commit()
    with opened(path) as file:
        found = survey(file, NOW - 365 * DAY)
    assert found.program.name == "better-ccflare"
    assert found.kinds() == {"subscription": 2, "API key": 1, "zai": 1, "no credential": 1}
    assert (found.requests, found.too_old, found.payloads, found.client_keys) == (4, 1, 1, 1)
    assert sorted(found.months.items()) == [("2025-10", 1), ("2026-10", 1), ("2026-11", 1), ("?", 1)]


def test_an_empty_file_of_the_oldest_kind(tmp_path: Path) -> None:
    with opened(make(tmp_path / "x.db", "claudeflare")) as file:
        found = survey(file, NOW)
    assert (found.requests, found.too_old, found.months, found.payloads, found.client_keys) == (0, 0, {}, 0, 0)
    assert (found.accounts, found.kinds()) == ([], {})
