"""Sealing and opening secrets with AES-256-GCM.

A sealed secret is `version | key id | nonce | ciphertext and tag`. All before the nonce, the purpose and the owner are
authenticated with it, so that a secret moved to another account's row does not open.
"""

from __future__ import annotations

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from claudeflare.credentials.keyring import KEY_ID_BYTES, Keyring
from claudeflare.errors import SecretError

VERSION = b"\x01"

_NONCE_BYTES = 12
"""NIST SP 800-38D §8.2: 96 bits. Random nonces are safe for 2^32 secrets per key, far more than accounts have."""

_HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


class SecretBox:
    """Seals with the keyring's current key, opens with whichever sealed."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    @property
    def key_id(self) -> str:
        """The key that seals now."""
        return self._keyring.current

    def seal(self, plain: str, purpose: str, owner: str) -> bytes:
        """Encrypt for one purpose (`account`) of one owner (the account's id)."""
        current = self._keyring.current
        head = VERSION + bytes.fromhex(current)
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keyring.keys[current]).encrypt(nonce, plain.encode(), _bound_to(head, purpose, owner))
        return head + nonce + sealed

    def open(self, sealed: bytes, purpose: str, owner: str) -> str:
        """Decrypt. Raises `SecretError` when the key is not there, or the bytes were altered or are another owner's."""
        head, nonce, ciphertext = (
            sealed[:_HEAD_BYTES],
            sealed[_HEAD_BYTES:][:_NONCE_BYTES],
            sealed[_HEAD_BYTES:][_NONCE_BYTES:],
        )
        if len(nonce) < _NONCE_BYTES or head[: len(VERSION)] != VERSION:
            raise SecretError(
                "A secret in the database has a form this version does not know. Was it written by a newer one?"
            )
        used = head[len(VERSION) :].hex()
        key = self._keyring.keys.get(used)
        if key is None:
            raise SecretError(
                f"A secret was sealed with key {used}, which {self._keyring.source} does not hold. Put that key back"
                " into the file, or give the account its credential again."
            )
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(head, purpose, owner)).decode()
        except InvalidTag as error:
            raise SecretError(
                "A secret in the database was altered, or belongs to another account."
                " Give the account its credential again."
            ) from error

    def __repr__(self) -> str:
        return f"<SecretBox {self._keyring!r}>"


def _bound_to(head: bytes, purpose: str, owner: str) -> bytes:
    """Each part with its length before it: no two different lists of parts give the same bytes."""
    parts = (head, purpose.encode(), owner.encode())
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)
