from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from claudeflare.storage import sqlite_trees
from claudeflare.storage.database import Database
from claudeflare.storage.sqlite_trees import Tree, fitted, row_id_span, walk

ROWS = 20_000


@pytest.fixture
def connection(sqlite_url: str) -> Iterator[Connection]:
    """A table with an index, and one without row ids."""
    database = Database(sqlite_url)
    with database.write() as writing:
        writing.exec_driver_sql("CREATE TABLE t (id TEXT PRIMARY KEY, body TEXT)")
        writing.exec_driver_sql("CREATE TABLE w (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID")
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
        writing.exec_driver_sql(f"INSERT INTO t {numbers} SELECT printf('id%08d', i), hex(zeroblob(400)) FROM n")
        writing.exec_driver_sql(f"INSERT INTO w {numbers} SELECT i, i FROM n")
    with database.read() as reading:
        if not sqlite_trees.has_page_statistics(reading):
            pytest.skip("this build of SQLite has no dbstat")
        yield reading
    database.dispose()


@pytest.mark.parametrize(("name", "is_index"), [("t", False), ("w", True), ("sqlite_autoindex_t_1", True)])
def test_a_whole_walk_counts_and_a_short_one_comes_near(connection: Connection, name: str, *, is_index: bool) -> None:
    whole = walk(connection, name, math.inf, is_index=is_index)
    pages = connection.exec_driver_sql("SELECT count(*), sum(unused) FROM dbstat WHERE name = ?", (name,)).one()
    assert whole == Tree(pages[0], ROWS, pages[1], exact=True)
    part = walk(connection, name, whole.pages // 3, is_index=is_index)
    assert not part.exact
    assert part.pages == pytest.approx(whole.pages, rel=0.15)
    assert part.rows == pytest.approx(ROWS, rel=0.15)


def test_an_empty_table_is_one_page(connection: Connection) -> None:
    assert walk(connection, "sqlite_schema", 10, is_index=False).exact
    assert walk(connection, "no such table", 10, is_index=False) == Tree(0, 0, 0, exact=True)


def test_the_span_of_row_ids_is_about_the_rows(connection: Connection) -> None:
    assert row_id_span(connection, "t") == ROWS
    connection.exec_driver_sql(f"DELETE FROM t WHERE rowid <= {ROWS // 4}")
    assert row_id_span(connection, "t") == ROWS - ROWS // 4
    connection.exec_driver_sql("DELETE FROM t")
    assert row_id_span(connection, "t") == 0


def test_estimates_are_made_to_fit_the_file() -> None:
    trees = {
        "known": Tree(10, 5, 100, exact=True),
        "half": Tree(20, 7, 200, exact=False),
        "other": Tree(20, 7, 0, exact=False),
    }
    fit = fitted(trees, 110)
    assert fit["known"] == trees["known"]
    assert fit["half"] == Tree(50, 7, 500, exact=False)
    assert sum(tree.pages for tree in fit.values()) == 110
    assert fitted({"known": trees["known"]}, 11)["known"].pages == 10
