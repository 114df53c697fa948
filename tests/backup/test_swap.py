from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from claudeflare.backup.swap import Exchange, exchange_files, finish_exchange
from claudeflare.errors import StorageError
from claudeflare.home import Home
from harness.killed_rounds import ENDLESS, killed_rounds


def exchange(directory: Path, name: str) -> Exchange:
    (directory / f"{name}.new").write_text("new")
    return Exchange(*(str(directory / each) for each in (f"{name}.new", name, f"{name}.kept")))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_old_files_go_aside_with_what_belongs_to_them(home: Home) -> None:
    for side in ("", "-wal", "-shm"):
        Path(f"{home.database}{side}").write_text(f"old{side}")
    each = exchange(home.directory, home.database.name)
    assert exchange_files(home, [each]) == [Path(each.kept)]
    assert home.database.read_text() == "new"
    assert [Path(f"{each.kept}{side}").read_text() for side in ("", "-wal", "-shm")] == ["old", "old-wal", "old-shm"]
    assert not Path(f"{home.database}-wal").exists()
    assert not finish_exchange(home)


def test_where_nothing_was_nothing_is_kept(home: Home) -> None:
    assert exchange_files(home, [exchange(home.directory, "a")]) == []
    assert (home.directory / "a").read_text() == "new"
    assert exchange_files(home, []) == []


def test_what_was_begun_is_finished_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.directory / "b").write_text("old")
    exchanges = [exchange(home.directory, "a"), exchange(home.directory, "b")]
    Path(exchanges[1].kept).mkdir()  # nothing can be put there
    with pytest.raises(StorageError, match="nothing is lost"):
        exchange_files(home, exchanges)
    assert (home.directory / "a").read_text() == "new"
    assert (home.directory / "b").read_text() == "old"
    os.rmdir(exchanges[1].kept)
    assert finish_exchange(home)
    assert (home.directory / "a").read_text() == (home.directory / "b").read_text() == "new"
    assert not finish_exchange(home)


def test_killed_at_any_point_all_is_old_or_all_is_new(tmp_path: Path) -> None:
    """A process is killed at its n-th call, for n all over the exchange; the next start finds one of the two."""
    names, sides = ("a.db", "b"), ("", "-wal")
    directories = [tmp_path / str(number) for number in range(30)]
    for directory in directories:
        directory.mkdir()
        for name in names:
            (directory / f"{name}.new").write_text("new")
            for side in sides:
                (directory / f"{name}{side}").write_text("old")
    rounds = [((str(each), *names), 1 + 25 * number) for number, each in enumerate(directories[1:])]
    statuses = killed_rounds("exchange", [*rounds, ((str(directories[0]), *names), ENDLESS)])
    assert set(statuses) == {0, -signal.SIGKILL}
    found = []
    for directory in directories:
        finish_exchange(Home(directory))
        contents = {(directory / name).read_text() for name in names}
        assert len(contents) == 1
        found += contents
        kept = ".kept" if contents == {"new"} else ""
        assert {(directory / f"{name}{kept}{side}").read_text() for name in names for side in sides} == {"old"}
    assert {"old", "new"} == set(found)
