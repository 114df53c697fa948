"""Brings a backup back: checked whole, loaded beside what there is, and only then put in its place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from claudeflare.backup.archive import ArchiveReader
from claudeflare.backup.manifest import TableEntry
from claudeflare.backup.source import closing_database, database_file
from claudeflare.backup.swap import Exchange, exchange_files, finish_exchange
from claudeflare.errors import InvalidInput, StorageError
from claudeflare.home import Home
from claudeflare.storage.database import Database
from claudeflare.storage.migrate import known_revisions
from claudeflare.storage.payload_file import VERSION, open_payload_file
from claudeflare.storage.row_load import RowTarget, is_blank, payloads_replaced, records_replaced

Progress = Callable[[str, int], None]
"""Told what is at work, and how much of it is done: bytes while checking, rows while loading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore has done."""

    kept: list[Path]
    """Files that were there before."""
    config_restored: bool


def is_empty(url: str) -> bool:
    """Whether a database holds nothing yet that a restore would replace. `url` as for `Database`."""
    path = database_file(url)
    if path is not None and not path.exists():
        return True
    with closing_database(Database(url)) as database:
        return is_blank(database)


def restore_backup(archive: ArchiveReader, home: Home, url: str, now: float, progress: Progress) -> Restored:
    """Replace what `url` names, and bodies if the backup has them, by what the archive holds.

    No server may run. Raises `InvalidInput` for a damaged archive and `StorageError` for trouble with disk or database;
    then all is as it was. A config.toml that is there stays.
    """
    manifest = archive.manifest
    if manifest.revision not in known_revisions() or manifest.payload_version > VERSION:
        raise StorageError(f"The backup is of a newer version ({manifest.version}). Install that one, then restore.")
    for done in archive.verify():
        progress("checking", done)
    try:
        home.prepare()
        finish_exchange(home)
        path = database_file(url)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        if path is None:
            exchanges = []
            _load_server(archive, url, progress)
        else:
            exchanges = _load_files(archive, home, path, stamp, progress)
        config = _config(archive, home, stamp)
        return Restored(kept=exchange_files(home, exchanges + config), config_restored=bool(config))
    except OSError as error:
        raise StorageError(f"{home.directory} cannot be written ({error.strerror}); nothing was changed.") from error


def _load_files(archive: ArchiveReader, home: Home, path: Path, stamp: str, progress: Progress) -> list[Exchange]:
    """Fill new files beside the old ones."""
    made: list[Exchange] = []
    try:
        made.append(_exchange(path, stamp))
        with closing_database(Database(f"sqlite:///{made[-1].new}")) as database:
            _load_records(archive, database, progress)
        if archive.manifest.payloads is not None:
            made.append(_exchange(home.payloads, stamp))
            with closing_database(open_payload_file(Path(made[-1].new))) as database, payloads_replaced(database) as to:
                _fill(archive, to, archive.manifest.payloads, progress)
    except BaseException:
        for each in made:
            _remove(each)
        raise
    return made


def _load_server(archive: ArchiveReader, url: str, progress: Progress) -> None:
    """PostgreSQL has it all in one database: in one transaction, which a failure takes back."""
    with closing_database(Database(url)) as database:
        _load_records(archive, database, progress, archive.manifest.payloads or ())


def _load_records(
    archive: ArchiveReader, database: Database, progress: Progress, more: Sequence[TableEntry] = ()
) -> None:
    with records_replaced(database, archive.manifest.revision) as target:
        _fill(archive, target, [*archive.manifest.records, *more], progress)


def _fill(archive: ArchiveReader, target: RowTarget, entries: Sequence[TableEntry], progress: Progress) -> None:
    for entry in entries:
        rows = 0
        for count in target.fill(entry.name, entry.columns, archive.rows(entry)):
            rows += count
            progress(entry.name, rows)
        if rows != entry.rows:
            raise InvalidInput(f"The backup has {rows} rows of {entry.name} instead of {entry.rows}. Use another copy.")


def _config(archive: ArchiveReader, home: Home, stamp: str) -> list[Exchange]:
    entry = archive.manifest.config
    if entry is None or home.config.exists():
        return []
    exchange = _exchange(home.config, stamp)
    with open(exchange.new, "xb", opener=_private) as file:
        file.write(archive.content(entry))
    return [exchange]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _exchange(target: Path, stamp: str) -> Exchange:
    kept, number = Path(f"{target}.before-restore-{stamp}"), 2
    while kept.exists():
        kept, number = Path(f"{target}.before-restore-{stamp}-{number}"), number + 1
    exchange = Exchange(f"{target}.restoring", str(target), str(kept))
    _remove(exchange)
    return exchange


def _remove(exchange: Exchange) -> None:
    """What an earlier restore has left unfinished."""
    for side in ("", "-wal", "-shm"):
        Path(f"{exchange.new}{side}").unlink(missing_ok=True)
