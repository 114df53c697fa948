from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput, StorageError
from claudeflare.importing.foreign_file import FETCHED_AT_ONCE, opened
from harness.ccflare_files import insert, make, request


def ids(path: Path) -> list[str]:
    with opened(path) as file:
        return [row["id"] for row in file.rows("requests", ["id"], "ORDER BY id")]


def add_request(path: Path) -> None:
    with closing(sqlite3.connect(path)) as writer:
        insert(writer, "requests", [request(1)])
        writer.commit()


def test_columns_that_are_not_there_are_none(tmp_path: Path) -> None:
    path = make(tmp_path / "old.db", "claudeflare", requests=[request(1)])
    with opened(path) as file:
        (row,) = file.rows("requests", ["path", "cost_usd"])
        assert row == {"path": "/v1/messages", "cost_usd": None}
        assert "cost_usd" not in file.columns["requests"]


def test_every_row_comes(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare", requests=map(request, range(FETCHED_AT_ONCE + 1)))
    assert len(ids(path)) == FETCHED_AT_ONCE + 1


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare", requests=[request(1)])
    before = path.read_bytes()
    ids(path)
    assert [each.name for each in tmp_path.iterdir()] == ["x.db"]
    assert path.read_bytes() == before


def test_a_name_with_signs_of_its_own(tmp_path: Path) -> None:
    assert len(ids(make(tmp_path / "100%?#.db", "ccflare", requests=[request(1)]))) == 1


def test_by_a_link_to_it(tmp_path: Path) -> None:
    path = make(tmp_path / "data" / "x.db", "ccflare", requests=[request(1)])
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with closing(sqlite3.connect(path)) as writer:
        insert(writer, "requests", [request(2)])
        writer.commit()
        assert len(ids(link)) == 2


def test_while_the_program_runs(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare", requests=[request(1)])
    with closing(sqlite3.connect(path)) as writer:
        insert(writer, "requests", [request(2)])
        writer.commit()
        assert (tmp_path / "x.db-wal").stat().st_size > 0
        with opened(path) as file:
            assert len(list(file.rows("requests", ["id"]))) == 2
            # One moment: what comes now is not part of it, and is not kept waiting.
            insert(writer, "requests", [request(3)])
            writer.commit()
            assert len(list(file.rows("requests", ["id"]))) == 2


def test_it_cannot_be_written(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare")
    with pytest.raises(StorageError, match="readonly"), opened(path) as file:
        file.answer("DELETE FROM requests")


def test_a_change_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare")
    with pytest.raises(StorageError, match="was changed while it was read"), opened(path):
        add_request(path)


def test_what_is_no_database(tmp_path: Path) -> None:
    text = tmp_path / "x.db"
    text.write_text("accounts\n" * 1000)
    with pytest.raises(InvalidInput, match=r"x\.db is not a SQLite database"), opened(text):
        pass
    with pytest.raises(InvalidInput, match="There is no file"), opened(tmp_path):
        pass


def test_a_damaged_one(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare", requests=map(request, range(500)))
    data = bytearray(path.read_bytes())
    data[-20_000:] = b"\xff" * 20_000
    path.write_bytes(data)
    with pytest.raises(StorageError, match="cannot be read"):
        ids(path)


def test_text_that_is_none(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "ccflare", requests=[request(1)])
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE requests SET path = CAST(x'2fff' AS TEXT)")
        writer.commit()
    with opened(path) as file:
        assert [row["path"] for row in file.rows("requests", ["path"])] == ["/\ufffd"]
