"""From a backup to a data directory and back: nothing differs, and whatever goes wrong, nothing is lost."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from place import Place
from sqlalchemy import MetaData, insert, inspect, select

from claudeflare.backup.archive import new_archive, opened_archive
from claudeflare.backup.manifest import FORMAT, Manifest
from claudeflare.backup.restoration import is_empty
from claudeflare.backup.source import database_url
from claudeflare.backup.swap import Exchange, finish_exchange
from claudeflare.errors import ClaudeflareError, InvalidInput, StorageError
from claudeflare.home import Home
from claudeflare.storage import migrate
from claudeflare.storage.access_tables import audit_log
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore, write_value
from claudeflare.storage.private_file import replace_private_file
from claudeflare.storage.row_dump import LEFT_OUT
from harness.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def server_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def test_there_and_back(full: Place, empty: Place, file: Path) -> None:
    manifest = full.back_up(file)
    rows = {entry.name: entry.rows for entry in manifest.tables}
    assert (rows["accounts"], rows["account_secrets"], rows["requests"], rows["payloads"]) == (4, 4, 6, 1)
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_empty(database_url(empty.settings))
    assert empty.restore(file).kept == []
    assert not is_empty(database_url(empty.settings))
    assert empty.rows() == full.rows()
    assert empty.home.database.stat().st_mode & 0o777 == 0o600
    # In the form of this version, and ready for the next.
    database = Database(database_url(empty.settings))
    assert migrate.current_revision(database) == migrate.head_revision()
    assert migrate.upgrade(database, None) is None
    database.dispose()


def test_over_what_is_there(full: Place, file: Path) -> None:
    before = full.rows()
    full.back_up(file)
    database = Database(database_url(full.settings))
    MetadataStore(database).set("later", "than the backup")
    database.dispose()
    kept = full.restore(file).kept
    assert full.rows() == before
    assert sorted(path.name.partition(".before")[0] for path in kept) == ["claudeflare.db", "payloads.db"]
    old = Database(f"sqlite:///{kept[0]}")
    assert MetadataStore(old).get("later") == "than the backup"
    old.dispose()
    assert {path.name for path in full.home.directory.iterdir() if "restor" in path.name} == {p.name for p in kept}
    # The same second again: nothing that is kept is overwritten.
    assert set(full.restore(file).kept).isdisjoint(kept)


def test_bodies_stay_when_the_backup_has_none(full: Place, file: Path) -> None:
    assert full.back_up(file, payloads=False).payloads is None
    full.restore(file)
    assert len(full.rows()["payloads"]) == 1


def test_from_sqlite_to_postgresql_and_back(full: Place, tmp_path: Path, server_url: str) -> None:
    over_there = Place(tmp_path / "server", server_url)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    full.back_up(first)
    over_there.restore(first)
    assert over_there.rows() == full.rows()
    over_there.back_up(second)
    back = Place(tmp_path / "back")
    back.restore(second)
    assert back.rows() == full.rows()
    # Into a database that has something: all of it goes.
    over_there.restore(second)
    assert over_there.rows() == full.rows()


def test_postgresql_numbers_new_rows_after_the_old(full: Place, tmp_path: Path, server_url: str, file: Path) -> None:
    database = Database(database_url(full.settings))
    values = {"at": 1.0, "who": "owner", "action": "test"}
    with database.write() as connection:
        connection.execute(insert(audit_log), [values] * 3)
    database.dispose()
    full.back_up(file)
    place = Place(tmp_path / "server", server_url)
    place.restore(file)
    database = Database(server_url)
    with database.write() as connection:
        connection.execute(insert(audit_log), [values])
    database.dispose()
    assert len(place.rows()["audit_log"]) == 4


def test_a_failure_on_postgresql_leaves_all_as_it_was(full: Place, tmp_path: Path, server_url: str, file: Path) -> None:
    place = Place(tmp_path / "server", server_url)
    full.back_up(file)
    place.restore(file)
    before = place.rows()
    damage_rows(file)
    with pytest.raises(ClaudeflareError):
        place.restore(file)
    assert place.rows() == before


def test_an_older_schema_is_brought_up(full: Place, empty: Place, file: Path) -> None:
    """As an older version would have written it: without what came since."""
    database = Database(database_url(full.settings))
    migrate.downgrade(database, "0005")
    with pytest.raises(StorageError, match="schema of another version"):
        full.back_up(file)
    rewrite_revision(database, file)
    database.dispose()
    empty.restore(file)
    rows = empty.rows()
    assert (len(rows["accounts"]), len(rows["requests"])) == (4, 6)


def rewrite_revision(database: Database, file: Path) -> None:
    """What a version at revision 0005 writes of such a database."""
    with database.read() as connection, new_archive(file, replace=False) as archive:
        tables = MetaData()
        tables.reflect(connection)
        entries = []
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                rows = [tuple(row) for row in connection.execute(select(table))]
                entries.append([*archive.add_rows("records", str(table.name), map(str, table.c.keys()), [rows])][-1])
        archive.close(
            Manifest(
                format=FORMAT,
                version="0.0.9",
                created_at=1.0,
                revision="0005",
                records=entries,
                payloads=None,
                payload_version=1,
                key_ids=[],
                config=None,
                settings_left_out=[],
            )
        )


def test_consistent_while_others_write(full: Place, empty: Place, file: Path) -> None:
    """Two values always change together; a backup never sees one without the other."""
    database = Database(database_url(full.settings))
    ended = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not ended.is_set():
            with database.write() as connection:
                for name in ("one", "two"):
                    write_value(connection, name, str(written))
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            path = file.with_name(f"{number}.zip")
            full.back_up(path)
            empty.restore(path)
            values = dict(empty.rows()["metadata"])
            assert values.get("one") == values.get("two")
    finally:
        ended.set()
        thread.join()
        database.dispose()
    assert written


def damage_rows(file: Path) -> None:
    """Rows that do not fit together, in an archive that is whole."""
    with opened_archive(file) as archive:
        tables = [(entry, [*archive.rows(entry)]) for entry in archive.manifest.records]
        manifest = archive.manifest
    with new_archive(file, replace=True) as rewritten:
        records = []
        for entry, batches in tables:
            if entry.name == "requests":
                batches = [[*rows, *rows] for rows in batches]
            records.append([*rewritten.add_rows("records", entry.name, entry.columns, batches)][-1])
        rewritten.close(msgspec.structs.replace(manifest, records=records, payloads=None, config=None))


def test_rows_that_contradict_each_other(full: Place, file: Path) -> None:
    before = full.rows()
    full.back_up(file)
    damage_rows(file)
    with pytest.raises(StorageError, match="contradict"):
        full.restore(file)
    assert full.rows() == before
    assert not [path for path in full.home.directory.iterdir() if "restor" in path.name]


def test_every_damage_is_found_before_anything_changes(full: Place, empty: Place, file: Path) -> None:
    full.back_up(file)
    whole = file.read_bytes()
    step = max(1, len(whole) // 60)
    for position in range(0, len(whole), step):
        altered = bytearray(whole)
        altered[position] ^= 0x55
        for damaged in (bytes(altered), whole[:position]):
            file.write_bytes(damaged)
            try:
                empty.restore(file)
            except InvalidInput:
                assert not empty.home.database.exists()
            else:
                # What is altered is nothing that is read: a date, a comment, an attribute of the archive.
                assert empty.rows() == full.rows()
                for path in empty.home.directory.glob("*.db*"):
                    path.unlink()


def test_a_config_that_is_there_stays(full: Place, empty: Place, file: Path) -> None:
    full.home.config.write_text("port = 1234\ntoken = 'secret-token-of-mine'\n")
    manifest = full.back_up(file)
    assert manifest.settings_left_out == ["token"]
    assert b"secret-token-of-mine" not in file.read_bytes()
    assert empty.restore(file).config_restored
    assert empty.home.config.read_text() == "port = 1234\n"
    assert empty.home.config.stat().st_mode & 0o777 == 0o600
    empty.home.config.write_text("port = 4321\n")
    assert not empty.restore(file).config_restored
    assert empty.home.config.read_text() == "port = 4321\n"


def test_a_newer_version_s_backup(full: Place, empty: Place, file: Path) -> None:
    full.back_up(file)
    with opened_archive(file) as archive:
        manifest = archive.manifest
    for changed in ({"revision": "9999"}, {"payload_version": 99}):
        with new_archive(file, replace=True) as rewritten:
            newer = msgspec.structs.replace(manifest, records=[], payloads=None, config=None)
            rewritten.close(msgspec.structs.replace(newer, **changed))
        with pytest.raises(StorageError, match="of a newer version"):
            empty.restore(file)
    assert not empty.home.database.exists()


def test_a_full_disk(full: Place, file: Path, tmp_path: Path) -> None:
    """Files may not grow beyond a few kilobytes: nothing is left behind, and nothing changed."""
    before = full.rows()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, hard))
        with pytest.raises(StorageError):
            full.back_up(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    full.back_up(file)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
        with pytest.raises(StorageError):
            full.restore(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert full.rows() == before
    assert not [path for path in full.home.directory.iterdir() if "restor" in path.name]


def test_a_restore_that_was_interrupted_is_finished_by_the_next_start(full: Place, file: Path) -> None:
    full.back_up(file)
    expected = full.rows()
    other = Place(full.home.directory.with_name("other"))
    other.restore(file)
    # As a kill between the two files leaves it.
    new = Path(f"{full.home.database}.restoring")
    other.home.database.rename(new)
    kept = Exchange(str(new), str(full.home.database), f"{full.home.database}.kept")
    replace_private_file(full.home.directory / "restore-plan.json", msgspec.json.encode([kept]))
    assert finish_exchange(Home(full.home.directory))
    assert full.rows() == expected
    assert Path(kept.kept).exists()


def test_every_table_is_in_it(full: Place, file: Path) -> None:
    manifest = full.back_up(file)
    database = Database(database_url(full.settings))
    with database.read() as connection:
        present = set(inspect(connection).get_table_names())
    database.dispose()
    assert {entry.name for entry in manifest.records} == present - LEFT_OUT - {"alembic_version"}
