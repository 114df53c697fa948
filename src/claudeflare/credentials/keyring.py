"""Keys that seal and open secrets: their text, one key a line, and what of it has to change when keys do."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from claudeflare.errors import SecretError
from claudeflare.storage.private_file import create_private_file, read_private_file

KEY_BYTES = 32
"""AES-256."""

KEY_ID_BYTES = 8

_PREAMBLE = """\
# Keys that seal the secrets of accounts. Without this file those secrets are lost: keep a copy apart from the database.
# One key a line, base64 of 32 bytes. The first seals; all of them open. To change keys: claudeflare secrets rotate
"""


class Keyring:
    """Keys by id, in the order of their text."""

    def __init__(self, keys: list[bytes], source: str) -> None:
        if not keys:
            raise SecretError(f"{source} holds no key. Put one in it: openssl rand -base64 {KEY_BYTES}")
        self.keys = {key_id(key): key for key in keys}
        self.current = key_id(keys[0])
        """Id of the key that seals."""
        self.source = source
        """Where the keys are from, for messages."""

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Read the key file, made first if there is none.

        Raises `SecretError` when it holds no usable key, or when others than its owner can read it.
        """
        content = read_private_file(path)
        if content is None:
            # Another process may have been first: then its file stands, and both go on with the same key.
            create_private_file(path, new_text())
            content = read_private_file(path)
        if content is None:
            raise SecretError(f"{path} vanished while it was made. Check what else works in {path.parent}.")
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, source: str) -> Keyring:
        """Read keys from their text. Raises `SecretError`, naming lines and never quoting them."""
        keys = []
        for number, line in enumerate(content.splitlines(), start=1):
            if not _holds_key(line):
                continue
            key = _decoded(line)
            if len(key) != KEY_BYTES:
                # Never the line itself: it may be a key with a typing error.
                raise SecretError(
                    f"{source}, line {number}, is not a key: base64 of {KEY_BYTES} bytes,"
                    f" as `openssl rand -base64 {KEY_BYTES}` prints it."
                )
            keys.append(key)
        return cls(keys, source)

    def __repr__(self) -> str:
        return f"<Keyring {self.source}: {', '.join(self.keys)}>"


def key_id(key: bytes) -> str:
    """A key's name, in hexadecimal: derived from the key, so that no two files can disagree about it."""
    return hashlib.sha256(b"claudeflare key id\0" + key).digest()[:KEY_ID_BYTES].hex()


def new_text() -> bytes:
    """The text of a new key, with what its owner has to know."""
    return _PREAMBLE.encode() + _new_line()


def with_new_key(content: bytes) -> bytes:
    """The same text with a new key above the others, which makes it the one that seals."""
    lines = content.splitlines(keepends=True)
    above = next((number for number, line in enumerate(lines) if _holds_key(line)), len(lines))
    return b"".join([*lines[:above], _new_line(), *lines[above:]])


def without_keys(content: bytes, key_ids: Collection[str]) -> bytes:
    """The same text without the lines of these keys; what its owner wrote between them stays."""
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not (_holds_key(line) and key_id(_decoded(line)) in key_ids))


def _new_line() -> bytes:
    return base64.b64encode(os.urandom(KEY_BYTES)) + b"\n"


def _holds_key(line: bytes) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith(b"#")


def _decoded(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        return b""
