"""Sizes and query plans of a SQLite database."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from claudeflare.storage import sqlite_trees
from claudeflare.storage.report_parts import IndexSize, Sizes, TableSize
from claudeflare.storage.sqlite_trees import PAGES_OF_ROWS_IN_ORDER, PAGES_WALKED, Tree

INDEX_IN_PLAN: Final = re.compile(r"USING (?:COVERING )?INDEX (\w+)")

_TREES: Final = "SELECT name, type, tbl_name FROM sqlite_schema WHERE rootpage > 0"
_COLUMNS: Final = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?"
_KEY: Final = "SELECT count(*) FROM pragma_table_info(?) WHERE pk > 0 AND upper(type) = 'INTEGER'"


def sizes(connection: Connection, path: Path, *, exact: bool, by_pages: bool) -> Sizes:
    """Of this file. `by_pages`: this build of SQLite lists pages; without, only rows and the whole are known."""
    page_size, pages, free = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_size", "page_count", "freelist_count")
    )
    log = path.with_name(f"{path.name}-wal")
    named: list[Any] = [*connection.exec_driver_sql(_TREES)]
    trees = _trees(connection, named, pages - free, exact=exact) if by_pages else {}
    rows = {name: _rows(connection, name, trees.get(name)) for name, kind, _ in named if kind == "table"}
    return Sizes(
        kind="sqlite",
        bytes=pages * page_size,
        free_bytes=free * page_size,
        log_bytes=log.stat().st_size if log.exists() else 0,
        tables=[_table(name, count, named, trees, page_size) for name, count in rows.items()],
        indexes=[
            IndexSize(
                name=name,
                table=table,
                bytes=_bytes([trees[name]], page_size) if name in trees else None,
                exact=name in trees and trees[name].exact,
            )
            for name, kind, table in named
            if kind == "index"
        ],
    )


def plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """SQLite's words for how it would answer (https://www.sqlite.org/eqp.html), indented as it nests them."""
    rows: list[Any] = [*connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    depths = {0: -1}
    lines = []
    for number, parent, _, text in rows:
        depths[number] = depths.get(parent, -1) + 1
        lines.append("  " * depths[number] + text)
    return lines


def _trees(connection: Connection, named: list[Any], pages: int, *, exact: bool) -> dict[str, Tree]:
    found = {}
    for name, kind, _ in named:
        has_no_row_ids = kind == "table" and _has_no_row_ids(connection, name)
        most = math.inf if exact else PAGES_OF_ROWS_IN_ORDER if has_no_row_ids else PAGES_WALKED
        found[name] = sqlite_trees.walk(connection, name, most, is_index=kind == "index" or has_no_row_ids)
    # One page lists the tables; with AUTO_VACUUM others point back to parents, one for about 800.
    return sqlite_trees.fitted(found, pages - 1 - pages // 820)


def _rows(connection: Connection, name: str, tree: Tree | None) -> tuple[int, bool]:
    """How many, and whether that is exact."""
    if tree is not None and tree.exact:
        return round(tree.rows), True
    if _has_no_row_ids(connection, name) or connection.exec_driver_sql(_KEY, (name,)).scalar_one():
        if tree is None:
            quoted = connection.dialect.identifier_preparer.quote(name)
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {quoted}").scalar_one()), True  # noqa: S608
        return round(tree.rows), False
    return sqlite_trees.row_id_span(connection, name), False


def _table(name: str, rows: tuple[int, bool], named: list[Any], trees: dict[str, Tree], page_size: int) -> TableSize:
    of_table = [each for each, kind, table in named if table == name and kind == "index"]
    if not trees:
        return TableSize(name=name, rows=rows[0], bytes=None, index_bytes=None, exact=False)
    indexes = [trees[each] for each in of_table]
    everything = [trees[name], *indexes]
    return TableSize(
        name=name,
        rows=rows[0],
        bytes=_bytes([trees[name]], page_size),
        index_bytes=_bytes(indexes, page_size),
        exact=rows[1] and all(tree.exact for tree in everything),
        unused_bytes=round(sum(tree.unused_bytes for tree in everything)),
    )


def _has_no_row_ids(connection: Connection, name: str) -> bool:
    return bool(connection.exec_driver_sql(_COLUMNS, (name,)).scalar())


def _bytes(trees: list[Tree], page_size: int) -> int:
    return round(sum(tree.pages for tree in trees)) * page_size
