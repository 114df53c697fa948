"""`sqlite_report` and `postgresql_report` behind one face."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_requests import priced, write
from sqlalchemy import inspect

from claudeflare.storage import migrate, postgresql_report, sqlite_report
from claudeflare.storage.database import Database
from claudeflare.storage.database_report import DatabaseReport
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.report_parts import IndexSize, Sizes, TableSize
from claudeflare.storage.requests import RequestStore

ROWS = 300


@pytest.fixture
def filled(database: Database) -> Database:
    """With records in it."""
    store = RequestStore(database)
    write(store, [priced(f"r{number}", started_at=1000.0 + number) for number in range(ROWS)])
    return database


def by_name(sizes: Sizes) -> tuple[dict[str, TableSize], dict[str, IndexSize]]:
    return {each.name: each for each in sizes.tables}, {each.name: each for each in sizes.indexes}


@pytest.mark.parametrize("exact", [False, True])
def test_small_databases_are_told_exactly(filled: Database, *, exact: bool) -> None:
    sizes = DatabaseReport(filled).sizes(exact=exact)
    tables, indexes = by_name(sizes)
    with filled.read() as connection:
        assert set(tables) - {"sqlite_stat1", "sqlite_sequence"} == set(inspect(connection).get_table_names())
    assert (tables["requests"].rows, tables["request_details"].rows, tables["accounts"].rows) == (ROWS, ROWS, 0)
    assert tables["requests"].exact
    index = indexes["ix_requests_started_at_id"]
    assert index.table == "requests"
    assert 0 < (index.bytes or 0) < (tables["requests"].index_bytes or 0)
    of_requests = sum(each.bytes or 0 for each in indexes.values() if each.table == "requests")
    assert tables["requests"].index_bytes == of_requests
    totals = [each.total_bytes for each in sizes.tables]
    assert totals == sorted(totals, reverse=True)
    assert 0 < sum(totals) <= sizes.bytes
    assert tables["requests"].total_bytes == (tables["requests"].bytes or 0) + (tables["requests"].index_bytes or 0)


def test_what_only_one_database_tells(filled: Database) -> None:
    sizes = DatabaseReport(filled).sizes(exact=False)
    tables, indexes = by_name(sizes)
    if filled.path is not None:
        assert sizes.kind == "sqlite"
        assert (tables["requests"].unused_bytes or 0) > 0
        assert tables["requests"].dead_rows is indexes["ix_requests_started_at_id"].scans is None
        assert sizes.log_bytes == filled.path.with_name(f"{filled.path.name}-wal").stat().st_size
    else:
        assert sizes.kind == "postgresql"
        assert (tables["requests"].unused_bytes, sizes.free_bytes, sizes.log_bytes) == (None, 0, None)
        assert (tables["requests"].dead_rows or 0) >= 0
        assert indexes["ix_requests_started_at_id"].scans is not None


def test_a_plan_names_its_indexes(filled: Database) -> None:
    store, report = RequestStore(filled), DatabaseReport(filled)
    with filled.statements.recording() as executed:
        store.list(RequestFilter(session="s"), None, 10)
        store.get("r7")
    used: set[str] = set()
    for each in executed:
        lines, indexes = report.plan(each.statement, each.parameters)
        assert all(name in "\n".join(lines) for name in indexes)
        used.update(indexes)
    primary_key = "sqlite_autoindex_requests_1" if filled.path is not None else "pk_requests"
    assert primary_key in used
    if filled.path is not None:
        assert "ix_requests_session_started_at_id" in used  # PostgreSQL may read so few rows otherwise


def test_what_is_no_question_has_no_plan(filled: Database) -> None:
    assert DatabaseReport(filled).plan("DELETE FROM requests", ()) == ([], [])
    assert RequestStore(filled).count() == ROWS


def test_plans_of_postgresql_name_indexes_in_all_their_ways() -> None:
    lines = [
        "Index Scan using ix_a on requests  (cost=0.28..8.29 rows=1 width=4)",
        "  ->  Index Only Scan Backward using ix_b on requests",
        "  ->  Bitmap Index Scan on ix_c  (cost=0.00..4.29 rows=2 width=0)",
        "  ->  Seq Scan on accounts",
    ]
    assert postgresql_report.INDEX_IN_PLAN.findall("\n".join(lines)) == ["ix_a", "ix_b", "ix_c"]


def test_sqlite_without_page_statistics_still_counts(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    migrate.upgrade(database, None)
    write(RequestStore(database), [priced(f"r{number}") for number in range(20)])
    with database.read() as connection:
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        sizes = sqlite_report.sizes(connection, path, exact=False, by_pages=False)
    database.dispose()
    tables, indexes = by_name(sizes)
    assert (tables["requests"].rows, tables["requests"].bytes, tables["requests"].exact) == (20, None, False)
    assert tables["hourly_sums"].rows == 1
    assert indexes["ix_requests_started_at_id"].bytes is None
