"""New tokens, sealed, on the disk the moment they come: whatever befalls the database then, they are not lost.

A refresh token works once. Between the answer that holds its successor and the database's commit lies a wait for other
writers, perhaps for a server; and SQLite's latest commits do not outlive a power loss. One small file an account, its
latest rotation, is kept until the next.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.credentials.secrets import SecretBox, key_id_of
from claudeflare.errors import SecretError
from claudeflare.storage.private_file import read_private_file, replace_private_file

log = logging.getLogger(__name__)

_PURPOSE = "rotation"
_SUFFIX = ".rotation"
_NAMED_BY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Rotation(msgspec.Struct, frozen=True):
    """One exchange of tokens."""

    spent: str
    """The refresh token that was used."""
    tokens: OAuthTokens
    """What came for it."""

    def __repr__(self) -> str:
        return f"Rotation({self.tokens!r})"


class RotationLog:
    """The latest rotation of each account. Raises `SecretError` when its directory cannot be written."""

    def __init__(self, directory: Path, box: SecretBox) -> None:
        self._directory = directory
        self._box = box
        self._writing = threading.Lock()

    def prepare(self) -> None:
        """Whether a rotation could be written: asked before a token is spent."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SecretError(f"{self._directory} cannot be made ({error.strerror}). Check the disk.") from error

    def put(self, account_id: str, rotation: Rotation) -> None:
        """Write it down, safe from a power loss when this returns."""
        sealed = self._box.seal(msgspec.json.encode(rotation).decode(), _PURPOSE, account_id)
        with self._writing:
            replace_private_file(self._path(account_id), sealed)

    def get(self, account_id: str) -> Rotation | None:
        """The account's latest; None when there is none that opens."""
        try:
            sealed = read_private_file(self._path(account_id))
            if sealed is None:
                return None
            return msgspec.json.decode(self._box.open(sealed, _PURPOSE, account_id), type=Rotation)
        except (SecretError, msgspec.DecodeError) as error:
            # It matters only to what happened between two writes; the words of a DecodeError may quote a token.
            log.warning("the latest rotation of account %s cannot be read: %s", account_id, type(error).__name__)
            return None

    def forget_all_but(self, account_ids: set[str]) -> None:
        """Delete those of accounts that were removed."""
        for path in self._files():
            if path.name.removesuffix(_SUFFIX) not in account_ids:
                path.unlink(missing_ok=True)

    def key_ids(self) -> set[str]:
        """The keys that all of them are sealed with."""
        found = (read_private_file(path) for path in self._files())
        return {key_id_of(sealed) for sealed in found if sealed}

    def seal_anew(self) -> int:
        """Bring those that open to the current key; how many that were. Raises `SecretError` for trouble with the disk.

        One that does not open stays: it is of no use to anybody, and the account's next rotation takes its place.
        """
        done = 0
        for path in self._files():
            # No rotation is written meanwhile: an older one must not take its place.
            with self._writing:
                sealed = read_private_file(path)
                if not sealed or key_id_of(sealed) not in self._box.key_ids[1:]:
                    continue
                anew = self._box.seal_anew(sealed, _PURPOSE, path.name.removesuffix(_SUFFIX))
                replace_private_file(path, anew)
                done += 1
        return done

    def _files(self) -> Iterator[Path]:
        return self._directory.glob(f"*{_SUFFIX}")

    def _path(self, account_id: str) -> Path:
        assert _NAMED_BY_ID.fullmatch(account_id), "ids are ours"
        return self._directory / f"{account_id}{_SUFFIX}"

    def __repr__(self) -> str:
        return f"<RotationLog {self._directory}>"
