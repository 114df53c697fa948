from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import Place

from claudeflare.backup.archive import new_archive, opened_archive
from claudeflare.backup.manifest import is_member
from claudeflare.errors import InvalidInput, StorageError


def test_a_file_that_is_there_is_not_overwritten(full: Place, file: Path) -> None:
    file.write_bytes(b"precious")
    with pytest.raises(InvalidInput, match="add --replace"):
        full.back_up(file)
    with pytest.raises(InvalidInput, match="is no backup, so it is not replaced"):
        full.back_up(file, replace=True)
    assert file.read_bytes() == b"precious"
    file.unlink()
    full.back_up(file)
    full.back_up(file, replace=True)
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_a_place_that_cannot_be_written(full: Place, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        full.back_up(tmp_path / "missing" / "backup.zip")


def test_what_fails_while_writing_leaves_no_file(file: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_archive(file, replace=False):
        _ = 1 / 0
    assert list(file.parent.iterdir()) == []


def test_no_such_file(file: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"), opened_archive(file):
        pass


@given(content=st.binary(max_size=300))
def test_what_is_no_backup(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "foreign"
    path.write_bytes(content)
    with pytest.raises(InvalidInput), opened_archive(path):
        pass


def test_an_archive_of_something_else(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    with pytest.raises(InvalidInput, match="no backup of Claudeflare's"), opened_archive(file):
        pass


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"format": 1}', "\xff"])
def test_a_manifest_that_says_nothing(file: Path, manifest: str) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest.encode("latin-1"))
    with pytest.raises(InvalidInput), opened_archive(file):
        pass


def test_a_newer_format(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": 2, "version": "9.9"}))
    with pytest.raises(InvalidInput, match=r"newer version \(9\.9\)"), opened_archive(file):
        pass


@pytest.mark.parametrize(
    "name", ["../../.bashrc", "/etc/passwd", "records/../x.rows", "records/a.rows/b", "config.toml/..", "C:\\x", ""]
)
def test_names_that_lead_elsewhere(full: Place, empty: Place, file: Path, name: str) -> None:
    assert not is_member(name)
    full.back_up(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(InvalidInput, match="does not hold what its manifest says"):
        empty.restore(file)
    assert not empty.home.database.exists()


def test_the_same_name_twice(full: Place, empty: Place, file: Path) -> None:
    full.back_up(file)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("records/accounts.rows", b"x")
    with pytest.raises(InvalidInput, match="does not hold what its manifest says"):
        empty.restore(file)
