from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select

from claudeflare.errors import StorageError
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.tables import account_secrets, single_values
from harness.postgres import PostgresServer, postgres_server


def test_an_error_without_advice_is_quoted(database: Database) -> None:
    with pytest.raises(StorageError, match="nowhere") as caught, database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert "SELECT" not in str(caught.value)
    assert str(caught.value).startswith(f"The database {database.place} failed: ")


class TestSqlite:
    @pytest.fixture
    def url(self, sqlite_url: str) -> str:
        return sqlite_url

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_bytes(b"This is no database, but long enough to be looked at.\n" * 100)
        with pytest.raises(StorageError, match=r"x\.db is not a database\. Restore it from a backup"):
            Database(f"sqlite:///{tmp_path}/x.db")

    def test_a_damaged_database_says_so_when_read(self, tmp_path: Path, database: Database) -> None:
        with database.write() as connection:
            rows = [{"key": f"{n:05}", "value": "x" * 500} for n in range(2000)]
            connection.execute(insert(single_values), rows)
        database.dispose()
        path = tmp_path / "test.db"
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(size // 2)
            file.write(bytes(size // 4))
        damaged = Database(f"sqlite:///{path}")
        with pytest.raises(StorageError, match=r"test\.db is damaged\. Restore it"), damaged.read() as connection:
            connection.execute(select(single_values)).all()
        damaged.dispose()

    def test_a_full_disk(self, database: Database) -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(StorageError, match="the disk is full"):
            MetadataStore(database).set("a", "x" * 1_000_000)
        assert MetadataStore(database).get("a") is None

    def test_a_lock_held_by_another_process(self, tmp_path: Path, database: Database) -> None:
        impatient = Database(f"sqlite:///{tmp_path}/test.db", busy_seconds=0.0)
        with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked by another process"):
                MetadataStore(impatient).set("a", "b")
            assert MetadataStore(impatient).get("a") is None
        MetadataStore(impatient).set("a", "b")
        impatient.dispose()


class TestPostgresql:
    @pytest.fixture
    def url(self, postgresql_url: str) -> str:
        return postgresql_url

    def test_nobody_listens(self) -> None:
        with pytest.raises(
            StorageError, match=r"^The database postgresql://user@127\.0\.0\.1:1/x cannot be reached: "
        ) as caught:
            Database("postgresql://user:hunter2@127.0.0.1:1/x")
        assert "hunter2" not in str(caught.value)
        assert 'reached: connection to server at "127.0.0.1", port 1 failed: Connection refused. ' in str(caught.value)
        assert str(caught.value).endswith("Check that its server runs, and host and port in DATABASE_URL.")

    def test_a_host_that_does_not_exist(self) -> None:
        with pytest.raises(StorageError, match=r"cannot be reached: .*no\.such\.host\.invalid"):
            Database("postgresql://user@no.such.host.invalid/x")

    @pytest.mark.parametrize("by_query", [False, True])
    def test_a_wrong_password(self, postgres: PostgresServer, by_query: bool) -> None:
        url = postgres.url("x", "somebody", None if by_query else "hunter2") + "&password=hunter2" * by_query
        with pytest.raises(StorageError) as caught:
            Database(url)
        assert 'refuses the connection: password authentication failed for user "somebody".' in str(caught.value)
        cause: BaseException | None = caught.value
        while cause is not None:
            assert "hunter2" not in str(cause)
            cause = cause.__cause__ or cause.__context__

    def test_a_database_that_does_not_exist(self, postgres: PostgresServer) -> None:
        with pytest.raises(StorageError, match='refuses the connection: database "nowhere" does not exist'):
            Database(postgres.url("nowhere"))

    def test_a_server_that_takes_no_writes(self, database: Database, url: str) -> None:
        """As a standby, or a server set so: https://www.postgresql.org/docs/current/hot-standby.html"""
        read_only = Database(f"{url}&options=-c%20default_transaction_read_only%3Don")
        assert MetadataStore(read_only).get("a") is None
        with pytest.raises(StorageError, match=r"is read-only\. Name the primary server"):
            MetadataStore(read_only).set("a", "b")
        read_only.dispose()

    def test_a_user_without_rights(self, postgres: PostgresServer, database: Database, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        role = f"reader_{name}"
        postgres.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'reads'")
        postgres.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", name)
        reader = Database(postgres.url(name, role, "reads"))
        assert MetadataStore(reader).get("a") is None
        assert migrate.upgrade(reader, None) is None
        with pytest.raises(StorageError, match="does not let this user do that"):
            MetadataStore(reader).set("a", "b")
        reader.dispose()
        postgres.execute(f"DROP OWNED BY {role}", name)
        postgres.execute(f"DROP ROLE {role}")

    def test_a_statement_that_takes_too_long(self, database: Database) -> None:
        def wait() -> None:
            with database.read() as connection:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 1")
                connection.exec_driver_sql("SELECT pg_sleep(30)")

        with pytest.raises(StorageError, match="took too long"):
            wait()

    def test_a_session_that_is_ended(self, database: Database, url: str) -> None:
        def write_while_it_is_ended() -> None:
            with database.write() as connection, psycopg.connect(url, autocommit=True) as other:
                process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                other.execute("SELECT pg_terminate_backend(%s, 10000)", (process,))
                connection.execute(insert(single_values).values(key="a", value="b"))

        with pytest.raises(StorageError, match=r"broke the connection off \(terminating connection .*\)\. It is used"):
            write_while_it_is_ended()
        assert MetadataStore(database).get("a") is None

    def test_a_server_that_stops_and_comes_back(self) -> None:
        with postgres_server() as server, server.database() as url:
            database = Database(url)
            migrate.upgrade(database, None)
            store = AccountStore(database)
            store.add(NewAccount(name="work"), now=1.0)
            server.stop()
            for act in (store.list, lambda: store.rename("work", "job")):
                with pytest.raises(StorageError, match="cannot be reached"):
                    act()
            server.start()
            assert store.rename("work", "job").account.name == "job"
            database.dispose()

    def test_a_row_of_secrets_is_in_no_message(self, database: Database) -> None:
        values = {"account_id": "nobody", "key_id": "k", "ciphertext": b"hunter2", "generation": 2**40}
        with pytest.raises(StorageError) as caught, database.write() as connection:
            connection.execute(account_secrets.insert().values(values))
        assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)
