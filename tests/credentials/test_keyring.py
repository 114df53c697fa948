from __future__ import annotations

import base64
import os
import stat
import threading
from pathlib import Path

import pytest

from claudeflare.credentials.keyring import Keyring, key_id
from claudeflare.errors import SecretError


def key_line(key: bytes) -> bytes:
    return base64.b64encode(key) + b"\n"


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_the_first_use_makes_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    first = Keyring.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load(path).keys == first.keys
    assert len(first.keys) == 1
    assert b"keep a copy" in path.read_bytes()


def test_of_many_that_start_at_once_all_get_the_same_key(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(Keyring.load(tmp_path / "secret.key").current)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_first_key_seals_and_all_are_held(tmp_path: Path) -> None:
    new, old = os.urandom(32), os.urandom(32)
    path = put(tmp_path / "k", b"# mine\n\n" + key_line(new) + b"  " + key_line(old))
    keyring = Keyring.load(path)
    assert keyring.current == key_id(new)
    assert keyring.keys == {key_id(new): new, key_id(old): old}


@pytest.mark.parametrize("content", [b"", b"# nothing\n"])
def test_a_file_without_a_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path / "k", content)
    with pytest.raises(SecretError, match=r"holds no key.*openssl rand -base64 32"):
        Keyring.load(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("line", [b"not base64!", base64.b64encode(b"short"), b"\xff\xfe", base64.b64encode(bytes(33))])
def test_a_bad_line_is_named_but_not_shown(tmp_path: Path, line: bytes) -> None:
    path = put(tmp_path / "k", key_line(os.urandom(32)) + line)
    with pytest.raises(SecretError, match=r"k, line 2, is not a key") as caught:
        Keyring.load(path)
    assert line.decode("latin-1") not in str(caught.value)


def test_a_file_others_can_read_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "k", key_line(os.urandom(32)))
    path.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        Keyring.load(path)


def test_a_directory_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be written"):
        Keyring.load(tmp_path / "missing" / "k")


def test_keys_are_not_shown(tmp_path: Path) -> None:
    key = os.urandom(32)
    shown = repr(Keyring([key], "test"))
    assert key_id(key) in shown
    assert base64.b64encode(key).decode() not in shown
    assert key.hex() not in shown
