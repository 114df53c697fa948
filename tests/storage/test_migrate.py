from __future__ import annotations

import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, func, inspect, select, text

from claudeflare.analytics.stretches import DAY, Stretch
from claudeflare.errors import StorageError
from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.payload_tables import payload_metadata
from claudeflare.storage.record_tables import record_metadata as metadata
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_state import read_state
from claudeflare.storage.rollups import RollupStore
from claudeflare.storage.secrets import SealedSecret, SecretStore

HEAD = migrate.head_revision()


def fill(database: Database) -> None:
    account = AccountStore(database).add(NewAccount(name="work"), 1.0, SealedSecret("k", b"sealed")).account
    finished = Finished(
        id="r",
        started_at=1.0,
        method="POST",
        path="/v1/messages",
        terminal_state="complete",
        status=200,
        account_id=account.id,
    )
    request = PricedRequest(finished=finished, tokens=TokenCounts())
    RequestStore(database).write_batch(opened=[], finished=[request], changed=[], shed={})


def rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def expected(database: Database) -> MetaData:
    """The tables of this version: with SQLite, payloads have a file of their own."""
    both = MetaData(naming_convention=metadata.naming_convention)
    for each in [metadata] if database.path else [metadata, payload_metadata]:
        for table in each.sorted_tables:
            table.to_metadata(both)
    return both


def set_revision(database: Database, revision: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "claudeflare.storage:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_exactly_one_head() -> None:
    assert scripts().get_heads() == [migrate.head_revision()]


def test_models_and_migrations_agree(empty: Database) -> None:
    migrate.upgrade(empty, None)
    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, expected(empty)) == []


def test_up_down_up(empty: Database, tmp_path: Path) -> None:
    assert migrate.current_revision(empty) is None
    assert migrate.upgrade(empty, tmp_path / "backups") is None
    assert migrate.current_revision(empty) == migrate.head_revision()
    fill(empty)
    migrate.downgrade(empty, "base")
    assert migrate.current_revision(empty) is None
    with empty.read() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate.upgrade(empty, tmp_path / "backups")
    fill(empty)
    assert rows(empty)["requests"] == 1


def test_text_in_an_index_is_ordered_by_its_bytes(postgresql_url: str) -> None:
    """The server's own order depends on its language, and on the version of its libraries."""
    database = Database(postgresql_url)
    migrate.upgrade(database, None)
    indexed = """
        SELECT DISTINCT columns.table_name, columns.column_name, columns.collation_name
        FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
        JOIN information_schema.columns ON columns.table_name = indrelid::regclass::text
            AND columns.column_name = attname
        WHERE columns.data_type = 'character varying' AND columns.table_name <> 'alembic_version'
    """
    with database.read() as connection:
        found = connection.exec_driver_sql(indexed).all()
    assert len(found) >= 19
    assert [row for row in found if row.collation_name != "C"] == []
    database.dispose()


def test_every_revision_goes_down_and_up_again_with_data(empty: Database) -> None:
    """Down to the first revision, whose tables hold what later ones change, and up again: nothing may be lost."""
    migrate.upgrade(empty, None)
    fill(empty)
    before = rows(empty)
    first = scripts().get_bases()[0]
    migrate.downgrade(empty, first)
    migrate.upgrade(empty, None)
    while RollupStore(empty).recount():  # as a running server does, step by step
        pass
    assert rows(empty) == before
    assert len(SecretStore(empty).all()) == 1


def test_a_second_upgrade_does_nothing(database: Database, tmp_path: Path) -> None:
    fill(database)
    assert migrate.upgrade(database, tmp_path / "backups") is None
    assert not (tmp_path / "backups").exists()


FOLLOWING = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "HEAD"


def upgrade():
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("tier", new_column_name="capacity")


def downgrade():
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("capacity", new_column_name="tier")
"""

FAILING = """
from alembic import op

revision = "next"
down_revision = "HEAD"


def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("DROP TABLE nowhere")
"""


def with_revision(directory: Path, source: str) -> str:
    """The packaged migrations and one more."""
    packaged = Path(migrate.__file__).parent / "migrations"
    copy = shutil.copytree(packaged, directory / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_next.py").write_text(source.replace("HEAD", HEAD))
    return str(copy)


@pytest.fixture
def older(sqlite_url: str) -> Iterator[Database]:
    """An SQLite database with data, which later revisions are to change."""
    database = Database(sqlite_url)
    migrate.upgrade(database, None)
    fill(database)
    yield database
    database.dispose()


def test_an_older_database_is_copied_first(older: Database, tmp_path: Path) -> None:
    following = with_revision(tmp_path, FOLLOWING)
    backup = migrate.upgrade(older, tmp_path / "backups", following)
    assert backup == tmp_path / "backups" / f"test-{HEAD}.db"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert migrate.current_revision(older) == "next"
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT name FROM accounts").fetchall() == [("work",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]

    migrate.downgrade(older, HEAD, following)
    assert migrate.upgrade(older, tmp_path / "backups", following) == tmp_path / "backups" / f"test-{HEAD}-2.db"
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [f"test-{HEAD}-2.db", f"test-{HEAD}.db"]


def test_on_a_server_nothing_is_copied(postgresql_url: str, tmp_path: Path) -> None:
    database = Database(postgresql_url)
    migrate.upgrade(database, None)
    assert migrate.upgrade(database, tmp_path / "backups", with_revision(tmp_path, FOLLOWING)) is None
    assert migrate.current_revision(database) == "next"
    assert not (tmp_path / "backups").exists()
    database.dispose()


def test_replacing_a_table_keeps_the_rows_that_refer_to_it(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = rows(database)
    following = with_revision(tmp_path, FOLLOWING)
    migrate.upgrade(database, None, following)
    assert rows(database) == before
    migrate.downgrade(database, HEAD, following)
    assert rows(database) == before


def test_a_backup_that_cannot_be_made_stops_the_upgrade(older: Database, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file where the directory should be")
    with pytest.raises(StorageError, match=r"No backup could be made in .*backups.*was not upgraded"):
        migrate.upgrade(older, tmp_path / "backups", with_revision(tmp_path, FOLLOWING))
    assert migrate.current_revision(older) == HEAD


def test_a_failed_upgrade_leaves_the_old_schema(database: Database, tmp_path: Path) -> None:
    fill(database)
    with pytest.raises(StorageError, match="nowhere"):
        migrate.upgrade(database, None, with_revision(tmp_path, FAILING))
    assert migrate.current_revision(database) == HEAD
    with database.read() as connection:
        assert not inspect(connection).has_table("half_done")
    assert rows(database)["accounts"] == 1


def test_a_migration_may_not_leave_dangling_rows(older: Database) -> None:
    """PostgreSQL does not let it; SQLite is asked at the end."""

    def break_a_reference() -> None:
        with older.migration() as connection:
            connection.exec_driver_sql("INSERT INTO attention VALUES ('nobody', 'x', 1.0)")

    with pytest.raises(StorageError, match="rows of attention that refer to nothing"):
        break_a_reference()
    assert rows(older)["attention"] == 0


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    fill(database)
    set_revision(database, "9999")
    with pytest.raises(StorageError, match=rf"written by a newer version \(schema 9999, this one knows up to {HEAD}\)"):
        migrate.upgrade(database, None)
    with pytest.raises(StorageError, match="newer version"):
        migrate.downgrade(database, "base")
    assert rows(database)["accounts"] == 1


def test_two_that_upgrade_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(3)]
    failures: list[BaseException] = []

    def upgrade(database: Database) -> None:
        try:
            migrate.upgrade(database, None)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrate.current_revision(databases[0]) == migrate.head_revision()
    for database in databases:
        database.dispose()


def test_sums_over_records_from_before_there_were_any(empty: Database) -> None:
    migrate.upgrade(empty, None)
    store = RequestStore(empty)
    tokens = TokenCounts(input=7, cache_read=1, output=50)
    for number, (fields, cost) in enumerate(
        [
            ({"account_id": "a", "model": "m", "streaming": True, "first_byte_ms": 500.0}, 0.25),
            ({"account_id": "a", "model": "m", "status": 500}, None),
            ({"started_at": 7199.5, "duration_ms": 1e300}, 0.0),
            ({"started_at": 7200.0}, None),
        ]
    ):
        usual = {"started_at": 100.0, "terminal_state": "complete", "status": 200, "duration_ms": 2000.4}
        finished = Finished(id=f"r{number}", method="POST", path="/v1/messages", **(usual | fields))  # type: ignore[arg-type]
        store.write_batch(
            opened=[], finished=[PricedRequest(finished=finished, tokens=tokens, cost_usd=cost)], changed=[], shed={}
        )
    store.reset_statistics(50.0)
    for reset_at in (50.0, 7199.0):
        store.reset_statistics(reset_at)
        with empty.read() as connection:
            kept = connection.execute(text("SELECT * FROM hourly_sums ORDER BY hour, account_id, model")).all()
        migrate.downgrade(empty, "0001")
        migrate.upgrade(empty, None)
        with empty.read() as connection:
            filled = connection.execute(text("SELECT * FROM hourly_sums ORDER BY hour, account_id, model")).all()
        assert filled == kept


def test_figures_from_before_there_were_any_by_account_and_model(empty: Database) -> None:
    """What was summed up before is read as it was; what is after the next midnight in both ways is the same."""
    migrate.upgrade(empty, None)
    store, kept = RequestStore(empty), RollupStore(empty)
    choice = Choice(account_ids=["a"], models=["m"])

    def answer(*days: int) -> list[int]:
        with kept.reading() as reader:
            return [reader.total(choice, [Stretch(DAY, day * DAY, (day + 1) * DAY)]).sums[0] for day in days]

    def write(request_id: str, started_at: float) -> None:
        finished = Finished(
            id=request_id,
            started_at=started_at,
            method="POST",
            path="/v1/messages",
            terminal_state="complete",
            status=200,
            account_id="a",
            model="m",
        )
        request = PricedRequest(finished=finished, tokens=TokenCounts())
        store.write_batch(opened=[], finished=[request], changed=[], shed={})

    write("early", 0.3 * DAY)
    while kept.fold(0.5 * DAY):
        pass
    migrate.downgrade(empty, "0010")
    migrate.upgrade(empty, None)
    with empty.read() as connection:
        assert read_state(connection).paired_from == DAY
    write("same day", 0.6 * DAY)
    write("next day", 1.5 * DAY)
    while kept.fold(3 * DAY):
        pass
    assert answer(0, 1, 2) == [2, 1, 0]
    kept.count_anew()
    while kept.recount():
        pass
    assert answer(0, 1, 2) == [2, 1, 0]
