"""Keys in the desktop's own vault: Secret Service, KWallet or the macOS Keychain, by the library `keyring`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final

from claudeflare.errors import SecretError

SERVICE: Final = "claudeflare"
_INSTEAD: Final = "or keep the keys in a file: CLAUDEFLARE_SECRET_KEYRING=off"


class DesktopVault:
    """One entry of service `claudeflare`, named after the data directory. Never a file instead when that fails."""

    def __init__(self, home: Path) -> None:
        """Raises `SecretError` when the library is not installed. Asks the vault nothing yet."""
        try:
            # An extra: only who wants this has it.
            import keyring
            import keyring.errors
        except ImportError as error:
            raise SecretError(
                "secret_keyring is on, but the library for it is not installed:"
                f" pip install 'claudeflare[keyring]', {_INSTEAD}."
            ) from error
        self._library: Any = keyring
        self._home = home
        self._entry = str(home.resolve())
        self.place = f"the desktop's keyring (service {SERVICE}, entry {self._entry})"
        """How messages name it."""

    def read(self) -> bytes | None:
        """The entry's text; None when there is no such entry."""
        found = self._ask(lambda: self._library.get_password(SERVICE, self._entry))
        return None if found is None else str(found).encode()

    def create(self, content: bytes) -> None:
        """Make the entry, unless there is one."""
        with self.locked():
            if self.read() is None:
                self.replace(content)

    def replace(self, content: bytes) -> None:
        """Write the entry, and read it back: there are backends that keep nothing."""
        self._ask(lambda: self._library.set_password(SERVICE, self._entry, content.decode()))
        if self.read() != content:
            raise SecretError(
                f"{self.place} took the keys but does not give them back. Choose another backend"
                f" (`keyring --list-backends`), {_INSTEAD}."
            )

    def delete(self) -> None:
        """Remove the entry."""
        self._ask(lambda: self._library.delete_password(SERVICE, self._entry))

    def state(self) -> object:
        """A digest of the text: the vault says of no entry when it was changed."""
        content = self.read()
        return None if content is None else hashlib.sha256(content).digest()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A lock on the data directory: the vault has none."""
        descriptor = os.open(self._home, os.O_RDONLY)
        try:
            flock(descriptor, LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _ask(self, question: Callable[[], Any]) -> Any:
        errors = self._library.errors
        try:
            return question()
        except errors.NoKeyringError as error:
            raise SecretError(
                "secret_keyring is on, but this machine has no keyring that could be used (a server without a desktop"
                f" has none). Set one up, {_INSTEAD}."
            ) from error
        except errors.KeyringLocked as error:
            raise SecretError(f"{self.place} is locked. Unlock it, then try again.") from error
        except errors.KeyringError as error:
            # The library's own words are about its entries; they hold no key.
            raise SecretError(f"{self.place} cannot be used ({error}). Mend that, {_INSTEAD}.") from error
