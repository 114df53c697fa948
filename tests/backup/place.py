"""One data directory, and what the commands do with it."""

from __future__ import annotations

from pathlib import Path

from claudeflare.backup.archive import opened_archive
from claudeflare.backup.creation import create_backup
from claudeflare.backup.manifest import Manifest
from claudeflare.backup.restoration import Restored, restore_backup
from claudeflare.backup.source import database_url, opened_source
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.storage.row_dump import dumped, dumped_payloads
from harness.data_directory import NOW


class Place:
    """One data directory, and what the commands do with it."""

    def __init__(self, directory: Path, database: str = "") -> None:
        self.settings = Settings(home=str(directory), database_url=database)
        self.home = Home(directory)
        self.home.prepare()

    def back_up(self, path: Path, *, payloads: bool = True, replace: bool = False) -> Manifest:
        with opened_source(self.settings, payloads=payloads) as source:
            return create_backup(source, path, NOW, lambda _name, _done: None, replace=replace)

    def restore(self, path: Path) -> Restored:
        with opened_archive(path) as archive:
            return restore_backup(archive, self.home, database_url(self.settings), NOW, lambda _name, _done: None)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything the databases hold, in order."""
        found = {}
        with opened_source(self.settings, payloads=True) as source:
            assert source.payloads is not None
            for database, dump in ((source.database, dumped), (source.payloads, dumped_payloads)):
                with dump(database) as dumped_tables:
                    for table in dumped_tables.tables:
                        found[table.name] = sorted((row for rows in table.batches() for row in rows), key=repr)
        return found
