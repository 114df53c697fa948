from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore
from harness.postgres import PostgresServer


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


def setting(database: Database, name: str) -> str:
    with database.read() as connection:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


def test_every_connection_is_set_up(empty: Database) -> None:
    assert setting(empty, "statement_timeout") == "2min"
    assert setting(empty, "lock_timeout") == "5s"
    assert setting(empty, "idle_in_transaction_session_timeout") == "1min"
    assert setting(empty, "application_name") == "claudeflare"
    assert setting(empty, "client_encoding") == "UTF8"
    assert setting(empty, "transaction_isolation") == "repeatable read"
    with empty.write() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"


def test_the_owners_choices_in_the_url_come_first(url: str) -> None:
    database = Database(f"{url}&application_name=mine&options=-c%20statement_timeout%3D7s&connect_timeout=9")
    assert setting(database, "application_name") == "mine"
    assert setting(database, "statement_timeout") == "7s"
    assert setting(database, "lock_timeout") == "5s"
    database.dispose()


def test_a_lock_keeps_other_processes_out(url: str) -> None:
    one, other = Database(url), Database(url)
    order: list[str] = []
    inside, may_leave = threading.Event(), threading.Event()

    def hold() -> None:
        with one.exclusive("token of a"):
            inside.set()
            assert may_leave.wait(30)
            order.append("first")

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(30)
    with other.exclusive("token of b"):
        order.append("another subject")
    may_leave.set()
    with other.exclusive("token of a"):
        order.append("second")
    holder.join()
    assert order == ["another subject", "first", "second"]
    one.dispose()
    other.dispose()


def test_work_under_a_lock_whose_connection_breaks_is_done_all_the_same(url: str) -> None:
    database, killer = Database(url), Database(url)
    with database.exclusive("token of a"):
        with killer.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        done = True
    assert done
    database.dispose()
    killer.dispose()


def test_a_migration_may_take_its_time(empty: Database) -> None:
    with empty.migration() as connection:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "0"
    assert setting(empty, "statement_timeout") == "2min"


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_text_is_refused(postgres: PostgresServer, encoding: str) -> None:
    with (
        postgres.database(f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0") as url,
        pytest.raises(StorageError, match=f"is encoded in {encoding}, which cannot hold every text. Make another"),
    ):
        Database(url)


def test_every_text_is_kept_under_any_encoding_of_the_environment(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    other = Database(url)
    MetadataStore(other).set("key", "\u0416\U0001f600")
    assert MetadataStore(database).get("key") == "\u0416\U0001f600"
    other.dispose()


def test_without_the_driver_the_error_names_what_to_install() -> None:
    """In an interpreter of its own, where the driver cannot be imported."""
    program = """
import sys
sys.modules["psycopg"] = None
from claudeflare.errors import StorageError
from claudeflare.storage.database import Database
try:
    Database("postgresql://user:hunter2@127.0.0.1:1/x")
except StorageError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert 'pip install "claudeflare[postgresql]"' in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://127.0.0.1:1/x", "postgresql://127.0.0.1:1/x"),
        ("postgresql://u:hunter2@127.0.0.1:1/x?sslmode=disable", "postgresql://u@127.0.0.1:1/x"),
        ("postgresql://127.0.0.1:1/x?user=u&password=hunter2", "postgresql://127.0.0.1:1/x"),
        ("postgresql://u@/x?host=/nowhere&password=hunter2", "postgresql://u@/nowhere/x"),
        ("postgresql://u@/x?host=127.0.0.1:1&host=127.0.0.1:2", "postgresql://u@127.0.0.1:1,127.0.0.1:2/x"),
    ],
)
def test_messages_name_the_database_without_its_password(url: str, place: str) -> None:
    with pytest.raises(StorageError) as caught:
        Database(url)
    assert f"The database {place} cannot be reached" in str(caught.value)
    assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)
