"""Everything at once, on real data directories; and what becomes of checks that fail or hang."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from claudeflare.diagnosis.case import Case
from claudeflare.diagnosis.condition import condition_here
from claudeflare.diagnosis.detached import detached
from claudeflare.diagnosis.examination import examine, waited_for
from claudeflare.diagnosis.finding import Finding
from claudeflare.diagnosis.stored import look_into
from claudeflare.diagnosis.time_limits import CHECK_SECONDS, DATABASE_SECONDS, LOCK_SECONDS, TOLD_SECONDS
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings
from diagnosis.conftest import MakeCase
from harness.data_directory import NOW, seed
from harness.simulated_api import simulated_api


@pytest.fixture
async def upstream() -> AsyncIterator[str]:
    async with simulated_api() as api:
        yield api.url


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return seed(tmp_path / "home")


def standing(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.check, finding.state) for finding in findings]


async def of(case: Case, check: str) -> list[Finding]:
    return [finding for finding in await examine(case) if finding.check == check]


def test_it_is_over_in_ten_seconds_whatever_hangs() -> None:
    assert LOCK_SECONDS + TOLD_SECONDS + CHECK_SECONDS < 9.0  # the rest is for Python to start
    assert DATABASE_SECONDS < TOLD_SECONDS


async def test_nothing_yet(case_on: MakeCase, tmp_path: Path, upstream: str) -> None:
    said: list[str] = []
    found = await examine(case_on(tmp_path / "none", CLAUDEFLARE_UPSTREAM_URL=upstream), said.append)
    assert standing(found) == [
        ("server", "warning"),
        ("port", "ok"),
        ("clients", "warning"),
        ("clock", "skipped"),
        ("upstream", "ok"),
        ("database", "skipped"),
    ]
    assert said == ["Looking for the server", "Looking into the data directory", "Looking at the upstreams"]
    assert not (tmp_path / "none").exists()


async def test_a_data_directory(case_on: MakeCase, home: Home, upstream: str) -> None:
    found = await examine(case_on(home.directory, CLAUDEFLARE_UPSTREAM_URL=upstream))
    by_check = {finding.check: finding for finding in found}
    assert [finding.summary for finding in found if finding.check == "accounts"] == [
        "The API refuses the credential of broken.",
        "old (paused): credential valid.",
        "spare: credential valid.",
        "work: credential valid.",
    ]
    # That of `old`, which is paused, is not looked at.
    assert [finding.summary for finding in found if finding.check == "upstream"] == [
        f"{upstream} can be reached (it answered 200)."
    ]
    assert by_check["keys"].summary == f"All secrets open with what is in {home.secret_key}."
    assert by_check["database"].summary.endswith(f"{home.database}: no damage.")
    assert {by_check[check].state for check in ("journal", "disk", "files")} == {"ok"}


async def test_accounts_with_an_upstream_of_their_own(case_on: MakeCase, home: Home, upstream: str) -> None:
    with sqlite3.connect(home.database) as database:
        database.execute("UPDATE accounts SET base_url = 'http://127.0.0.1:1' WHERE name = 'spare'")
    database.close()
    found = await of(case_on(home.directory, CLAUDEFLARE_UPSTREAM_URL=upstream), "upstream")
    assert [finding.state for finding in found] == ["problem", "ok"]


async def test_a_key_that_is_gone_is_not_made_anew(case_on: MakeCase, home: Home) -> None:
    home.secret_key.unlink()
    found = await examine(case_on(home.directory))
    [key] = [finding for finding in found if finding.check == "keys"]
    assert key.summary.startswith("The key that opens 4 secrets is not in ")
    assert [(f.state, f.detail) for f in found if f.check == "accounts"] == [("skipped", "see the keys below")]
    assert not home.secret_key.exists()


async def test_keys_in_a_keyring_that_is_not_there(case_on: MakeCase, home: Home) -> None:
    [found] = await of(case_on(home.directory, CLAUDEFLARE_SECRET_KEYRING="on"), "keys")
    assert found.state == "problem"
    assert found.cure is not None


@pytest.mark.parametrize("content", [b"nothing of the kind, though long enough to be read", None])
async def test_a_database_that_cannot_be_used(case_on: MakeCase, home: Home, content: bytes | None) -> None:
    damaged = bytearray(home.database.read_bytes())
    damaged[8192:] = b"\x5a" * (len(damaged) - 8192)
    home.database.write_bytes(damaged if content is None else content)
    found = await examine(case_on(home.directory))
    [database] = [finding for finding in found if finding.check == "database"]
    assert database.state == "problem"
    assert "restore" in (database.cure or "").lower()
    assert [f.detail for f in found if f.check == "accounts"] == ["see the database below"]


async def test_a_database_of_an_older_version_is_left_alone(case_on: MakeCase, home: Home) -> None:
    with sqlite3.connect(home.database) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    told = await look_into(case_on(home.directory))
    assert told.accounts.failure == "see the database below"
    assert told.condition.value.database.revision == "0001"
    assert condition_here(case_on(home.directory).settings, home, NOW).database == told.condition.value.database


async def test_a_database_server_that_is_not_there(case_on: MakeCase, home: Home) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/claudeflare"
    [found] = await of(case_on(home.directory, DATABASE_URL=url), "database")
    assert found.state == "problem"
    assert "hunter2" not in str(found)


def test_no_file_is_made_to_look_into_it(case_on: MakeCase, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    assert condition_here(case_on(home.directory).settings, home, NOW).database is None
    assert sorted(os.listdir(home.directory)) == ["journal"]


async def test_a_journal_that_cannot_be_read(case_on: MakeCase, home: Home) -> None:
    (home.journal / "payloads").write_text("no directory")
    found = {finding.check: finding for finding in await examine(case_on(home.directory))}
    assert found["database"].state == "skipped"
    assert "Not a directory" in (found["database"].detail or "")


async def test_a_port_that_is_taken(case_on: MakeCase, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        [found] = await of(case_on(tmp_path / "none", PORT=str(listener.getsockname()[1])), "port")
    assert found.state == "problem"


async def test_a_server_that_does_not_answer(case_on: MakeCase, tmp_path: Path) -> None:
    case = case_on(tmp_path, url="http://127.0.0.1:1", token="t" * 40)
    assert standing(await examine(case)) == [
        ("server", "problem"),
        ("clients", "warning"),
        ("clock", "skipped"),
        ("accounts", "skipped"),
        ("upstream", "skipped"),
    ]


async def test_a_check_that_fails_is_a_finding(case_on: MakeCase, home: Home) -> None:
    """A secret's file below something that is no directory: `stat` fails as nobody foresaw."""
    (home.directory / "file").write_text("")
    case = case_on(home.directory)
    settings = structs.replace(case.settings, client_key_file=f"{home.directory}/file/keys")
    [found] = await of(replace(case, loaded=LoadedSettings(settings, case.loaded.sources)), "files")
    assert (found.state, found.summary) == ("warning", "This could not be looked at.")
    assert (found.detail or "").startswith("NotADirectoryError: ")


async def test_what_hangs_is_left_behind() -> None:
    read, write = os.pipe()
    try:
        [found] = await waited_for("files", detached(lambda: [*os.read(read, 1)]), 0.01)  # type: ignore[arg-type]
        assert found.summary == "This could not be looked at in 0.01 s."
    finally:
        os.close(write)
        os.close(read)


async def test_a_server_that_is_starting_is_not_taken_for_a_stranger(case_on: MakeCase, home: Home) -> None:
    with home.lock.open("a") as lock, socket.create_server(("127.0.0.1", 0)) as listener:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = await examine(case_on(home.directory, PORT=str(listener.getsockname()[1])))
    assert standing(found)[0] == ("server", "problem")
    assert not [finding for finding in found if finding.check == "port"]
    assert [finding.state for finding in found if finding.check in ("accounts", "keys", "database")] == ["skipped"] * 3
