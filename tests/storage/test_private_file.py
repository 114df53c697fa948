from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from claudeflare.errors import SecretError
from claudeflare.storage.private_file import create_private_file, read_private_file, replace_private_file


def test_what_is_created_is_private_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert create_private_file(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_private_file(path) == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    create_private_file(path, b"one")
    assert not create_private_file(path, b"two")
    assert read_private_file(path) == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_of_many_that_create_at_once_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(create_private_file(path, str(n).encode() * 100)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]
    content = read_private_file(path)
    assert content is not None
    assert len(content) == 100


def test_replacing(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    replace_private_file(path, b"one")
    replace_private_file(path, b"two")
    assert read_private_file(path) == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_reads_as_none(tmp_path: Path) -> None:
    assert read_private_file(tmp_path / "secret") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_file_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    create_private_file(path, b"one")
    path.chmod(mode)
    with pytest.raises(SecretError, match=rf"mode {mode:04o}\)\. Run: chmod 600 {path}"):
        read_private_file(path)


def test_a_directory_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be read"):
        read_private_file(tmp_path)


def test_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be written"):
        create_private_file(tmp_path / "missing" / "secret", b"one")


def test_a_failed_replacement_leaves_no_rubbish(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(SecretError, match="cannot be written"):
        replace_private_file(tmp_path / "secret", b"one")
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]
