"""Writes a backup of a database, while a server works with it or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from claudeflare import __version__
from claudeflare.backup.archive import ArchiveWriter, new_archive
from claudeflare.backup.config_copy import ConfigCopy, config_copy
from claudeflare.backup.manifest import CONFIG_MEMBER, FORMAT, Entry, Manifest, TableEntry
from claudeflare.backup.source import Source
from claudeflare.errors import StorageError
from claudeflare.home import Home
from claudeflare.storage.migrate import head_revision
from claudeflare.storage.payload_file import VERSION
from claudeflare.storage.row_dump import Dump, dumped, dumped_payloads

Progress = Callable[[str, int], None]
"""Told what is at work, and how many rows of it are done."""


def create_backup(source: Source, path: Path, now: float, progress: Progress, *, replace: bool = False) -> Manifest:
    """Write everything of one moment to `path`. `now` is UTC epoch seconds.

    Raises `InvalidInput` when the file may not be written there, `StorageError` for trouble with disk or database.
    """
    config = _config(source.home)
    with new_archive(path, replace=replace) as archive:
        with dumped(source.database) as dump:
            key_ids = dump.key_ids
            records = _tables(archive, "records", dump, progress)
        payloads = None
        if source.payloads is not None:
            # After the records: a body whose request is not in it does less harm than a request without its body.
            with dumped_payloads(source.payloads) as dump:
                payloads = _tables(archive, "payloads", dump, progress)
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            created_at=now,
            revision=head_revision(),
            records=records,
            payloads=payloads,
            payload_version=VERSION,
            key_ids=key_ids,
            config=_config_entry(archive, config),
            settings_left_out=config.left_out if config else [],
        )
        archive.close(manifest)
    return manifest


def _tables(archive: ArchiveWriter, folder: str, dump: Dump, progress: Progress) -> list[TableEntry]:
    entries = []
    for table in dump.tables:
        entry = None
        for entry in archive.add_rows(folder, table.name, table.columns, table.batches()):
            progress(table.name, entry.rows)
        assert entry is not None, "the last entry comes whatever the table holds"
        entries.append(entry)
    return entries


def _config(home: Home) -> ConfigCopy | None:
    try:
        return config_copy(home.config.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"{home.config} cannot be read ({error.strerror}). Make it readable.") from error


def _config_entry(archive: ArchiveWriter, config: ConfigCopy | None) -> Entry | None:
    return archive.add_file(CONFIG_MEMBER, config.content) if config else None
