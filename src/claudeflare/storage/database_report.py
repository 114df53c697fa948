"""What a database consists of: sizes of its tables and indexes, what of it is empty, and how a query finds rows."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from claudeflare.storage import postgresql_report, sqlite_report
from claudeflare.storage.database import Database
from claudeflare.storage.report_parts import Sizes
from claudeflare.storage.sqlite_trees import has_page_statistics


class DatabaseReport:
    """Of one database. Raises `StorageError` when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def place(self) -> str:
        """How messages name it."""
        return self._database.place

    def sizes(self, *, exact: bool) -> Sizes:
        """Of tables and indexes, largest first; those of a large database are estimated unless `exact`.

        To be exact means to read all of it: 10 million requests take a minute.
        """
        with self._database.read() as connection:
            if self._database.path is not None:
                found = sqlite_report.sizes(
                    connection, self._database.path, exact=exact, by_pages=has_page_statistics(connection)
                )
            else:
                found = postgresql_report.sizes(connection, exact=exact)
        tables = sorted(found.tables, key=lambda each: each.total_bytes, reverse=True)
        indexes = sorted(found.indexes, key=lambda each: (-(each.bytes or 0), each.name))
        return msgspec.structs.replace(found, tables=tables, indexes=indexes)

    def plan(self, statement: str, parameters: Any) -> tuple[list[str], list[str]]:
        """How the database would answer a statement now: its own words, line by line, and the indexes it would use."""
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            return [], []
        with self._database.read() as connection:
            return self._plan(connection, statement, parameters)

    def _plan(self, connection: Connection, statement: str, parameters: Any) -> tuple[list[str], list[str]]:
        report = sqlite_report if self._database.path is not None else postgresql_report
        lines = report.plan(connection, statement, parameters)
        names = {name for line in lines for name in report.INDEX_IN_PLAN.findall(line)}
        return lines, sorted(names)

    def __repr__(self) -> str:
        return f"<DatabaseReport of {self.place}>"
