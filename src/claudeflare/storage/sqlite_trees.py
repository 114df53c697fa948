"""How many pages and rows each table and index of a SQLite file has: walked through, or estimated from its beginning.

https://www.sqlite.org/dbstat.html lists the pages of a tree in order, each with its path from the root. Who has seen
the first of them knows how far through the tree that is, and so how many there are.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

PAGES_WALKED: Final = 2000
"""Of a tree that is not walked to its end: some hundredths of a second."""
PAGES_OF_ROWS_IN_ORDER: Final = 100_000
"""The same of a table without row ids: its rows lie in the order of their key, so that the first are like each other
and unlike the rest. Such tables hold sums, and stay small however many requests there are."""

_PAGES: Final = "SELECT path, pagetype, ncell, pgsize, unused FROM dbstat WHERE name = ?"


class Tree(NamedTuple):
    """One table or index."""

    pages: float
    rows: float
    unused_bytes: float
    """In its pages, holding nothing."""
    exact: bool


def has_page_statistics(connection: Connection) -> bool:
    """Whether this build of SQLite can list pages."""
    options = connection.exec_driver_sql("PRAGMA compile_options").scalars()
    return "ENABLE_DBSTAT_VTAB" in options


def walk(connection: Connection, name: str, most: float, *, is_index: bool) -> Tree:
    """Look at `most` pages of a tree, from its first; what the rest is like is concluded from these."""
    seen = rows = unused = 0
    children: dict[str, int] = {}
    result = connection.exec_driver_sql(_PAGES, (name,))
    try:
        while (row := result.fetchone()) is not None:
            path, kind, cells, _size, not_used = row
            if seen >= most and kind != "overflow":
                share = _share_before(path, children)
                return Tree(seen / share, rows / share, unused / share, exact=False)
            seen += 1
            unused += not_used
            if kind == "internal":
                children[path] = cells + 1
            if kind == "leaf" or (is_index and kind == "internal"):
                rows += cells
        return Tree(seen, rows, unused, exact=True)
    finally:
        result.close()


def fitted(trees: dict[str, Tree], pages: int) -> dict[str, Tree]:
    """Estimates made larger or smaller together, so that all trees have the file's `pages`."""
    known = sum(tree.pages for tree in trees.values() if tree.exact)
    estimated = sum(tree.pages for tree in trees.values() if not tree.exact)
    factor = max(0.0, pages - known) / estimated if estimated else 1.0
    return {
        name: tree if tree.exact else tree._replace(pages=tree.pages * factor, unused_bytes=tree.unused_bytes * factor)
        for name, tree in trees.items()
    }


def row_id_span(connection: Connection, table: str) -> int:
    """About how many rows a table has: records are added at one end and deleted at the other."""
    quoted = connection.dialect.identifier_preparer.quote(table)
    ends: Any = connection.exec_driver_sql(
        f"SELECT (SELECT rowid FROM {quoted} ORDER BY rowid DESC LIMIT 1),"  # noqa: S608
        f" (SELECT rowid FROM {quoted} ORDER BY rowid LIMIT 1)"
    ).one()
    return 0 if ends[0] is None else int(ends[0] - ends[1] + 1)


def _share_before(path: str, children: dict[str, int]) -> float:
    """Which share of the tree comes before this page: `/002/01f/` is the 32nd child of the root's third."""
    share, width, above = 0.0, 1.0, "/"
    for part in path.strip("/").split("/"):
        width /= children[above]
        share += int(part, 16) * width
        above += f"{part}/"
    return share
