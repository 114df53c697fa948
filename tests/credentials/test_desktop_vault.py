from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.errors import KeyringLocked, PasswordSetError

from claudeflare.credentials.desktop_vault import SERVICE, DesktopVault
from claudeflare.credentials.key_vault import add_key, open_keys
from claudeflare.errors import SecretError
from harness.desktop_keyring import Drawer, desktop_keyring


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    backend = Drawer()
    with desktop_keyring(backend):
        yield backend


def test_keys_are_made_added_and_found_again(drawer: Drawer, tmp_path: Path) -> None:
    vault = DesktopVault(tmp_path)
    assert vault.state() is None
    first = open_keys(vault)
    second = add_key(vault)
    assert list(open_keys(DesktopVault(tmp_path)).keys) == [second.current, first.current]
    assert list(drawer.entries) == [(SERVICE, str(tmp_path.resolve()))]
    assert list(tmp_path.iterdir()) == []


def test_each_data_directory_has_its_own(drawer: Drawer, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert open_keys(DesktopVault(tmp_path)).keys != open_keys(DesktopVault(tmp_path / "other")).keys


def test_an_entry_that_exists_stands(drawer: Drawer, tmp_path: Path) -> None:
    first = open_keys(DesktopVault(tmp_path))
    DesktopVault(tmp_path).create(b"another")
    assert open_keys(DesktopVault(tmp_path)).keys == first.keys


def test_a_change_shows_in_the_state(drawer: Drawer, tmp_path: Path) -> None:
    vault = DesktopVault(tmp_path)
    open_keys(vault)
    before = vault.state()
    add_key(vault)
    assert vault.state() != before


def test_a_machine_without_a_keyring(tmp_path: Path) -> None:
    with (
        desktop_keyring(keyring.backends.fail.Keyring()),
        pytest.raises(SecretError, match=r"no keyring that could be used.*CLAUDEFLARE_SECRET_KEYRING=off"),
    ):
        open_keys(DesktopVault(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_backend_that_keeps_nothing(tmp_path: Path) -> None:
    with desktop_keyring(keyring.backends.null.Keyring()), pytest.raises(SecretError, match="does not give them back"):
        open_keys(DesktopVault(tmp_path))


@pytest.mark.parametrize(
    ("problem", "words"),
    [(KeyringLocked("x"), "is locked"), (PasswordSetError("denied"), r"cannot be used \(denied\)")],
)
def test_a_keyring_that_refuses(drawer: Drawer, tmp_path: Path, problem: Exception, words: str) -> None:
    drawer.problem = problem
    with pytest.raises(SecretError, match=words):
        open_keys(DesktopVault(tmp_path))


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match=r"pip install 'claudeflare\[keyring\]'"):
        DesktopVault(tmp_path)
