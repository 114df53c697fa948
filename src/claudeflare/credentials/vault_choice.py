"""Which vault the settings mean, and moving keys from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from claudeflare.credentials.desktop_vault import DesktopVault
from claudeflare.credentials.key_vault import MOVED, FileVault, KeyVault
from claudeflare.credentials.keyring import Keyring
from claudeflare.errors import Conflict, SecretError
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.storage.private_file import read_private_file

Place = Literal["file", "keyring"]
"""Where keys can be kept."""

_MOVED_NOTE = (
    "The keys are in the desktop's keyring by now. Set CLAUDEFLARE_SECRET_KEYRING=on, or bring them back:"
    " claudeflare secrets move --to file\n"
)


def chosen_vault(settings: Settings, home: Home) -> KeyVault:
    """Where the keys of this server are. Raises `SecretError` when that cannot be used, whatever other place there is.

    With the desktop's keyring, keys in a file that were never moved are an error: a new key would open nothing.
    """
    if settings.secret_keyring == "off":  # noqa: S105 a choice, not a secret
        return FileVault(_key_file(settings, home))
    if settings.secret_key_file:
        raise SecretError("secret_key_file and secret_keyring name two places for the keys. Set one of the two.")
    vault = DesktopVault(home.directory)
    if vault.read() is None and _has_keys(home.secret_key):
        raise SecretError(
            f"{vault.place} holds no keys, but {home.secret_key} does. Move them: claudeflare secrets move --to keyring"
        )
    return vault


def move_keys(to: Place, settings: Settings, home: Home) -> KeyVault:
    """Move the keys there; where they were, a note stays. No server may run. Returns where they are now.

    The new place is read back before the old one is touched. Raises `Conflict` when the keys are there already.
    """
    path = _key_file(settings, home)
    file, desktop = FileVault(path), DesktopVault(home.directory)
    if to == "keyring":
        if not _has_keys(path):
            raise Conflict(f"There are no keys in {path} that could be moved.")
        content = file.read()
        assert content is not None
        _put(desktop, content)
        file.replace(MOVED + _MOVED_NOTE.encode())
        return desktop
    content = desktop.read()
    if content is None:
        raise Conflict(f"There are no keys in {desktop.place} that could be moved.")
    if _has_keys(path) and file.read() != content:
        raise Conflict(f"{path} holds keys already. Move that file away if they are not needed any more.")
    file.replace(content)
    if file.read() != content:
        raise SecretError(f"{path} does not hold what was written to it. Check its disk.")
    desktop.delete()
    return file


def _put(vault: KeyVault, content: bytes) -> None:
    there = vault.read()
    if there is not None and there != content:
        held = Keyring.parse(there, vault.place)
        lost = held.keys.keys() - Keyring.parse(content, "the file").keys.keys()
        if lost:
            raise Conflict(
                f"{vault.place} holds other keys already: {', '.join(sorted(lost))}. Put them into the file below"
                " its own, or delete the entry if they are not needed any more."
            )
    vault.replace(content)


def _key_file(settings: Settings, home: Home) -> Path:
    return Path(settings.secret_key_file) if settings.secret_key_file else home.secret_key


def _has_keys(path: Path) -> bool:
    content = read_private_file(path)
    return content is not None and not content.startswith(MOVED)
