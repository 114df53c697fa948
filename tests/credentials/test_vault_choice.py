from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.credentials.desktop_vault import SERVICE
from claudeflare.credentials.key_vault import add_key, open_keys
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.vault_choice import chosen_vault, move_keys
from claudeflare.errors import Conflict, SecretError
from claudeflare.home import Home
from claudeflare.settings import Settings
from harness.desktop_keyring import Drawer, desktop_keyring


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    backend = Drawer()
    with desktop_keyring(backend):
        yield backend


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


ON, OFF = Settings(secret_keyring="on"), Settings()


def test_a_file_unless_something_else_is_set(home: Home, tmp_path: Path) -> None:
    assert chosen_vault(OFF, home).place == str(home.secret_key)
    elsewhere = tmp_path / "elsewhere"
    assert chosen_vault(Settings(secret_key_file=str(elsewhere)), home).place == str(elsewhere)


def test_the_keyring_makes_no_file(drawer: Drawer, home: Home) -> None:
    open_keys(chosen_vault(ON, home))
    assert not home.secret_key.exists()
    assert len(drawer.entries) == 1


def test_two_places_at_once(home: Home) -> None:
    with pytest.raises(SecretError, match="Set one of the two"):
        chosen_vault(Settings(secret_keyring="on", secret_key_file="/x"), home)


def test_keys_that_were_never_moved(drawer: Drawer, home: Home) -> None:
    Keyring.load(home.secret_key)
    with pytest.raises(SecretError, match="claudeflare secrets move --to keyring"):
        chosen_vault(ON, home)
    assert drawer.entries == {}


def test_there_and_back(drawer: Drawer, home: Home) -> None:
    open_keys(chosen_vault(OFF, home))
    keys = add_key(chosen_vault(OFF, home)).keys
    move_keys("keyring", OFF, home)
    assert open_keys(chosen_vault(ON, home)).keys == keys
    # The old setting must not make a key that opens nothing.
    with pytest.raises(SecretError, match=r"in the desktop's keyring by now.*SECRET_KEYRING=on"):
        open_keys(chosen_vault(OFF, home))
    move_keys("file", ON, home)
    assert open_keys(chosen_vault(OFF, home)).keys == keys
    assert home.secret_key.stat().st_mode & 0o777 == 0o600
    assert drawer.entries == {}


def test_a_move_that_was_interrupted_is_made_again(drawer: Drawer, home: Home) -> None:
    keys = open_keys(chosen_vault(OFF, home)).keys
    drawer.entries[SERVICE, str(home.directory.resolve())] = home.secret_key.read_text()
    move_keys("keyring", OFF, home)
    assert open_keys(chosen_vault(ON, home)).keys == keys


def test_keys_there_that_would_be_lost(drawer: Drawer, home: Home) -> None:
    kept = open_keys(chosen_vault(ON, home))
    Keyring.load(home.secret_key)
    with pytest.raises(Conflict, match=kept.current):
        move_keys("keyring", OFF, home)
    with pytest.raises(Conflict, match="holds keys already"):
        move_keys("file", ON, home)
    assert open_keys(chosen_vault(ON, home)).keys == kept.keys


def test_a_move_back_that_was_interrupted_is_made_again(drawer: Drawer, home: Home) -> None:
    keys = open_keys(chosen_vault(ON, home))
    home.secret_key.write_text(drawer.entries[SERVICE, str(home.directory.resolve())])
    home.secret_key.chmod(0o600)
    move_keys("file", ON, home)
    assert open_keys(chosen_vault(OFF, home)).keys == keys.keys
    assert drawer.entries == {}


@pytest.mark.parametrize("to", ["keyring", "file"])
def test_nothing_to_move(drawer: Drawer, home: Home, to: str) -> None:
    with pytest.raises(Conflict, match="There are no keys"):
        move_keys(to, OFF, home)  # type: ignore[arg-type]
