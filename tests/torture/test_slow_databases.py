"""Control or its database stands still or dies: records wait in the journal, and no client notices."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ordeal import Ordeal, Tell, ordeal, under_load

from claudeflare.storage.database import BUSY_SECONDS
from harness.postgres import PostgresServer, postgres_server
from harness.server import START_SECONDS, eventually


async def unnoticed(this: Ordeal, seconds: float) -> None:
    """For so long, which is the point of these tests, answers go on arriving and none breaks off."""
    before = len(this.ledger.whole)
    await asyncio.sleep(seconds)
    assert len(this.ledger.whole) > before + 10 * seconds


def nobody_was_cut_off(this: Ordeal) -> bool:
    return all(each.whole and each.status == 200 for each in this.ledger.asked)


async def test_control_stands_still(tmp_path: Path, tell: Tell) -> None:
    async with ordeal(tmp_path / "home") as this:
        async with under_load(this):
            stopped = this.server.signal("control", signal.SIGSTOP)
            await unnoticed(this, 10.0)
            os.kill(stopped, signal.SIGCONT)
        assert nobody_was_cut_off(this)
        tell(this, await this.parity())


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process, this one, writes to it."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def test_a_locked_database(tmp_path: Path, tell: Tell) -> None:
    async with ordeal(tmp_path / "home") as this:
        async with under_load(this):
            with locked(this.server.home.database):
                await unnoticed(this, BUSY_SECONDS + 3.0)
                # A control that starts now cannot migrate, and is started until it can.
                await this.kill_unattended("control")
                await unnoticed(this, BUSY_SECONDS + 3.0)
        assert nobody_was_cut_off(this)
        tell(this, await this.parity())


async def test_postgresql_killed(tmp_path: Path, tell: Tell) -> None:
    with postgres_server() as server, server.database() as plain:
        # The harness lets the server confirm commits before they are written: here they must survive its death.
        url = f"{plain}&options=-csynchronous_commit%3Don"
        async with ordeal(tmp_path / "home", DATABASE_URL=url) as this:
            async with under_load(this):
                server.kill()
                this.kills += 1
                await unnoticed(this, 5.0)
                await this.kill_unattended("control")
                await unnoticed(this, 3.0)
                await eventually(lambda: started(server), "PostgreSQL to start again", START_SECONDS)
            assert nobody_was_cut_off(this)
            tell(this, await this.parity(url))


async def started(server: PostgresServer) -> bool:
    """Refused while a process of the old one still runs."""
    try:
        server.start()
    except RuntimeError:
        server.stop()
        return False
    return True
