"""Sealing and opening secrets with AES-256-GCM.

A sealed secret is `version | key id | nonce | ciphertext and tag`. All before the nonce, the purpose and the owner are
authenticated with it, so that a secret moved to another account's row does not open.
"""

from __future__ import annotations

import logging
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from claudeflare.credentials.key_vault import KeyVault, open_keys
from claudeflare.credentials.keyring import KEY_ID_BYTES, Keyring
from claudeflare.errors import SecretError

log = logging.getLogger(__name__)

VERSION = b"\x01"

_NONCE_BYTES = 12
"""NIST SP 800-38D §8.2: 96 bits. Random nonces are safe for 2^32 secrets per key, far more than accounts have."""

_HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


class SecretBox:
    """Seals with the keyring's current key, opens with whichever sealed."""

    def __init__(self, keyring: Keyring, vault: KeyVault | None = None) -> None:
        """`vault`, if given, is where the keys are from: keys that other processes change there are followed."""
        self._keyring = keyring
        self._vault = vault
        self._state = None if vault is None else vault.state()

    @classmethod
    def of(cls, vault: KeyVault) -> SecretBox:
        """A box with the keys that are kept there, made first if there are none."""
        return cls(open_keys(vault), vault)

    @property
    def key_id(self) -> str:
        """The key that seals now."""
        return self._keyring.current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All keys at hand, the one that seals first."""
        return tuple(self._keyring.keys)

    @property
    def source(self) -> str:
        """Where the keys are from, for messages."""
        return self._keyring.source

    def use(self, keyring: Keyring) -> None:
        """Work with these keys from now on."""
        # One assignment: other threads see the old keys or the new ones.
        self._keyring = keyring
        self._state = None if self._vault is None else self._vault.state()

    def follow(self) -> None:
        """Take up what another process, here or on another machine, has changed about the keys."""
        if self._vault is None or (state := self._vault.state()) == self._state:
            return
        try:
            content = self._vault.read()
            if content is None:
                raise SecretError(f"The keys in {self._vault.place} are gone. Put them back from your copy.")
            self._keyring = Keyring.parse(content, self._vault.place)
            self._state = state
        except SecretError as error:
            # With the keys at hand all goes on as before, and a token that was just refreshed is kept: sealed with a
            # key that the other secrets need as well.
            log.error("the changed keys cannot be used, those before them still are: %s", error)

    def seal(self, plain: str, purpose: str, owner: str) -> bytes:
        """Encrypt for one purpose (`account`) of one owner (the account's id)."""
        self.follow()
        keyring = self._keyring
        head = VERSION + bytes.fromhex(keyring.current)
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(keyring.keys[keyring.current]).encrypt(nonce, plain.encode(), _bound_to(head, purpose, owner))
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
        try:
            return AESGCM(self._key(sealed)).decrypt(nonce, ciphertext, _bound_to(head, purpose, owner)).decode()
        except InvalidTag as error:
            raise SecretError(
                "A secret in the database was altered, or belongs to another account."
                " Give the account its credential again."
            ) from error

    def seal_anew(self, sealed: bytes, purpose: str, owner: str) -> bytes:
        """The same secret, sealed with the current key. Raises as `open` does."""
        return self.seal(self.open(sealed, purpose, owner), purpose, owner)

    def _key(self, sealed: bytes) -> bytes:
        used = key_id_of(sealed)
        if used not in self._keyring.keys:
            self.follow()
        key = self._keyring.keys.get(used)
        if key is None:
            raise SecretError(
                f"A secret was sealed with key {used}, which {self._keyring.source} does not hold. Put that key back"
                " there, or give the account its credential again."
            )
        return key

    def __repr__(self) -> str:
        return f"<SecretBox {self._keyring!r}>"


def key_id_of(sealed: bytes) -> str:
    """Which key sealed it."""
    return sealed[len(VERSION) : _HEAD_BYTES].hex()


def _bound_to(head: bytes, purpose: str, owner: str) -> bytes:
    """Each part with its length before it: no two different lists of parts give the same bytes."""
    parts = (head, purpose.encode(), owner.encode())
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)
