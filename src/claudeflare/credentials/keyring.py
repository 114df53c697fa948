"""The key file: which keys seal and open secrets. Made on first use, never overwritten."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path

from claudeflare.errors import SecretError
from claudeflare.storage.private_file import create_private_file, read_private_file

KEY_BYTES = 32
"""AES-256."""

KEY_ID_BYTES = 8

_PREAMBLE = """\
# Keys that seal the secrets of accounts. Without this file those secrets are lost: keep a copy apart from the database.
# One key a line, base64 of 32 bytes. The first seals; all of them open. To change keys, put a new one on top.
"""


class Keyring:
    """Keys by id, in the order of the file."""

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
            new = _PREAMBLE + base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n"
            # Another process may have been first: then its file stands, and both go on with the same key.
            create_private_file(path, new.encode())
            content = read_private_file(path)
        if content is None:
            raise SecretError(f"{path} vanished while it was made. Check what else works in {path.parent}.")
        return cls(_parse(content, path), str(path))

    def __repr__(self) -> str:
        return f"<Keyring {self.source}: {', '.join(self.keys)}>"


def key_id(key: bytes) -> str:
    """A key's name, in hexadecimal: derived from the key, so that no two files can disagree about it."""
    return hashlib.sha256(b"claudeflare key id\0" + key).digest()[:KEY_ID_BYTES].hex()


def _parse(content: bytes, path: Path) -> list[bytes]:
    keys = []
    for number, line in enumerate(content.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith(b"#"):
            continue
        try:
            key = base64.b64decode(stripped, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            # Never the line itself: it may be a key with a typing error.
            raise SecretError(
                f"{path}, line {number}, is not a key: base64 of {KEY_BYTES} bytes,"
                f" as `openssl rand -base64 {KEY_BYTES}` prints it."
            )
        keys.append(key)
    return keys
