"""Where keys are kept, and the three things done to them there: opened, added to, and thinned out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from claudeflare.credentials.keyring import Keyring, new_text, with_new_key, without_keys
from claudeflare.errors import SecretError
from claudeflare.storage.private_file import create_private_file, read_private_file, replace_private_file

MOVED = b"# moved: "
"""Begins the one line of a key file whose keys were moved elsewhere; the rest of it says what to do."""


class KeyVault(Protocol):
    """Keeps the text of keys. Every method raises `SecretError` when the place cannot be used."""

    place: str
    """How messages name it."""

    def read(self) -> bytes | None:
        """The text; None when there is none yet."""
        ...

    def create(self, content: bytes) -> None:
        """Keep this text, unless there is one by now, which then stands."""
        ...

    def replace(self, content: bytes) -> None:
        """Keep this text instead of the one there is: whole, or not at all, and durably."""
        ...

    def state(self) -> object:
        """Something that differs once the text has changed; cheap where that can be."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Keeps other processes that change keys out for the length of the block."""
        ...


class FileVault:
    """A file that its owner alone can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = str(path)
        """How messages name it."""

    def read(self) -> bytes | None:
        """Its bytes. Raises `SecretError` also when its keys were moved elsewhere."""
        content = read_private_file(self._path)
        if content is not None and content.startswith(MOVED):
            raise SecretError(content.removeprefix(MOVED).decode(errors="replace").strip())
        return content

    def create(self, content: bytes) -> None:
        """Make the file, with mode 0600."""
        create_private_file(self._path, content)

    def replace(self, content: bytes) -> None:
        """Replace the file; where its name is a symbolic link, the file that leads to."""
        replace_private_file(self._path.resolve(), content)

    def state(self) -> object:
        """Which file this is, and when it was written."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A lock on the directory: the file itself is another one after each change."""
        directory = self._path.resolve().parent
        try:
            descriptor = os.open(directory, os.O_RDONLY)
        except OSError as error:
            raise SecretError(f"{directory} cannot be opened ({error.strerror}). Check {self._path}.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def open_keys(vault: KeyVault) -> Keyring:
    """The keys that are kept there; the first is made if there are none yet."""
    if vault.read() is None:
        vault.create(new_text())
    return Keyring.parse(_text(vault), vault.place)


def add_key(vault: KeyVault) -> Keyring:
    """Put a new key above those there are. It seals from now on; the others still open."""
    with vault.locked():
        vault.replace(with_new_key(_text(vault)))
        return Keyring.parse(_text(vault), vault.place)


def forget_keys(vault: KeyVault, key_ids: Collection[str]) -> Keyring:
    """Keep these keys no longer. Raises `SecretError`, with nothing done, when none would be left."""
    with vault.locked():
        content = without_keys(_text(vault), key_ids)
        keyring = Keyring.parse(content, vault.place)
        vault.replace(content)
        return keyring


def _text(vault: KeyVault) -> bytes:
    content = vault.read()
    if content is None:
        raise SecretError(f"The keys in {vault.place} are gone. Put them back from your copy.")
    return content
