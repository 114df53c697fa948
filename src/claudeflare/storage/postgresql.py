"""PostgreSQL connections set up right: bounded waits, one writer at a time, a database that holds any text."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError

from claudeflare.errors import StorageError

log = logging.getLogger(__name__)

_POOL_CONNECTIONS = 4
_POOL_OVERFLOW = 12
"""Beyond these 16 callers wait: each connection is a process of the server, which allows 100 unless told otherwise."""
_POOL_SECONDS = 10.0

_CONNECTION = {
    "connect_timeout": 5,
    "fallback_application_name": "claudeflare",
    # Whatever the server or PGCLIENTENCODING say.
    "client_encoding": "utf8",
    # A server that vanished without a word is noticed in a minute instead of a quarter of an hour.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Of libpq (https://www.postgresql.org/docs/current/libpq-connect.html); what the URL says comes before."""

_STATEMENT_SECONDS = 120
"""Sums over 100,000 records take a tenth of a second; a statement that runs this long has met trouble."""
_IDLE_SECONDS = 60
"""A process that stopped in the middle of a transaction must not hold the write lock for ever."""

_EXCLUSIVE_WAIT_SECONDS = 45
"""Longest wait for another process's work on the same subject. It holds its lock while a token endpoint answers, which
takes half a minute at most; and the server ends transactions that are idle for `_IDLE_SECONDS`."""

_WRITE_LOCK = 0x636C6175
"""Any number no other program takes: who holds this advisory lock is the one that writes."""


class Postgresql:
    """A database on a server. Connects to nothing yet; raises `StorageError` when there is no driver."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        """Statements wait `busy_seconds` for a lock, that of the writer included."""
        self.place = _place(url)
        """How messages name it."""
        try:
            self.engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                connect_args=_connection(url, busy_seconds),
                # Replaces connections that died with a restart of the server or an idle firewall.
                pool_pre_ping=True,
                pool_size=_POOL_CONNECTIONS,
                max_overflow=_POOL_OVERFLOW,
                pool_timeout=_POOL_SECONDS,
                # Whatever the server's default: under the write lock each statement sees what the writer before left,
                # where a stricter level would refuse transactions that had to wait for the lock.
                isolation_level="READ COMMITTED",
                hide_parameters=True,
            )
        except ImportError as error:
            raise StorageError(
                "DATABASE_URL names a PostgreSQL database, but the driver for it is not installed."
                ' Install it with: pip install "claudeflare[postgresql]"'
            ) from error

    def check(self, connection: Connection) -> None:
        """Raises `StorageError` unless every text can be stored."""
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StorageError(
                f"The database {self.place} is encoded in {encoding}, which cannot hold every text. Make another:"
                " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
            )

    def prepare_read(self, connection: Connection) -> None:
        """One state of the database throughout; PostgreSQL's default is one state per statement."""
        connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self, connection: Connection) -> Iterator[None]:
        """A transaction that holds the write lock, among all processes that share the database, from its beginning."""
        with connection.begin():
            _lock(connection)
            yield

    @contextmanager
    def migration(self, connection: Connection) -> Iterator[None]:
        """The same, however long the wait and the work."""
        with connection.begin():
            for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
            _lock(connection)
            yield

    @contextmanager
    def exclusive(self, subject: str) -> Iterator[None]:
        """An advisory lock on a connection of its own, in a transaction that does nothing else."""
        number = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big", signed=True)
        with self.engine.connect() as connection:
            transaction = connection.begin()
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_EXCLUSIVE_WAIT_SECONDS * 1000}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
            try:
                yield
            finally:
                try:
                    transaction.rollback()
                except DBAPIError as error:
                    # The lock went with its connection, and what was done under it stays done.
                    log.warning("the connection that held a lock broke: %s", type(error.orig).__name__)


def _place(url: URL) -> str:
    """Of the query, which may hold a password, nothing but the host: a socket's directory is given there."""
    user = f"{url.username}@" if url.username else ""
    port = f":{url.port}" if url.port else ""
    host = url.host or ",".join(url.normalized_query.get("host", ()))
    return f"postgresql://{user}{host}{port}/{url.database or ''}"


def _connection(url: URL, busy_seconds: float) -> dict[str, object]:
    settings = {
        "statement_timeout": f"{_STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
        # 0 would mean for ever.
        "lock_timeout": f"{max(1, round(busy_seconds * 1000))}ms",
    }
    options = [f"-c {name}={value}" for name, value in settings.items()]
    parameters = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    # The server takes the last of equal options, the owner's.
    return parameters | {"options": " ".join([*options, *url.normalized_query.get("options", ())])}


def _lock(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
