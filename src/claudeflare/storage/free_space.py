"""Space inside database files that nothing uses any more, given back to the disk step by step."""

from __future__ import annotations

import sqlite3
from typing import Final

from claudeflare.storage.database import Database

PAGES_AT_ONCE: Final = 256
"""Moved in one transaction: a megabyte, some milliseconds."""


class FreeSpace:
    """Of one database. PostgreSQL looks after its own (autovacuum): there is never anything to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def free_bytes(self) -> int:
        """Inside the file, unused."""
        if self._database.path is None:
            return 0
        with self._database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
            return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())

    def give_back(self) -> int:
        """One step; how many bytes that were. Raises `StorageError`."""
        before = self.free_bytes()
        if before:
            with self._database.write() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                # One by one: it answers with a row for each page, and Python's driver stops at the first, because it
                # has no columns.
                for _ in range(PAGES_AT_ONCE):
                    driver.execute("PRAGMA incremental_vacuum(1)")
        return before - self.free_bytes()
