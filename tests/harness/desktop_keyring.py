"""A desktop's keyring for tests: the library's own machinery over a backend that keeps entries in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Drawer(KeyringBackend):
    """Entries by service and name."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.entries: dict[tuple[str, str], str] = {}
        self.problem: Exception | None = None
        """Raised by every question, if set."""

    def get_password(self, service: str, username: str) -> str | None:
        """What the library asks of a backend."""
        self._check()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """What the library asks of a backend."""
        self._check()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """What the library asks of a backend."""
        self._check()
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("no such entry")

    def _check(self) -> None:
        if self.problem is not None:
            raise self.problem


@contextmanager
def desktop_keyring(backend: KeyringBackend) -> Iterator[None]:
    """This process has this backend for the length of the block."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        keyring.set_keyring(before)
