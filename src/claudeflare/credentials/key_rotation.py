"""Changing the key that seals secrets: a new key, every secret sealed with it, and only then the old keys let go.

It can end at any point without a loss: whatever has happened by then, each secret's key is kept. To rotate again
finishes what was left.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from typing import Final, Protocol

from claudeflare.credentials.key_vault import KeyVault, add_key, forget_keys, open_keys
from claudeflare.credentials.secrets import SecretBox, key_id_of
from claudeflare.errors import SecretError
from claudeflare.storage.secrets import SealedSecret, SecretStore

log = logging.getLogger(__name__)

PURPOSE: Final = "account"
"""What accounts' secrets are bound to."""


class SealedFiles(Protocol):
    """What is sealed with the same keys beside the database."""

    def key_ids(self) -> Set[str]:
        """The keys in use there."""
        ...

    def seal_anew(self) -> int:
        """Bring everything that opens to the current key; how many that were."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key and what it is needed for."""

    id: str
    secrets: int
    """How many secrets of the database are sealed with it."""
    present: bool
    """Whether the key is at hand; without it those secrets do not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation has done."""

    key_id: str
    """The key that seals now."""
    new_key: bool
    """False: secrets were still sealed with older keys, so an earlier rotation was finished instead."""
    sealed_anew: int
    failed: tuple[str, ...]
    """Ids of accounts whose secret does not open; it is left as it was."""


class KeyRotation:
    """Works on the database and the keys of a server. Safe to call from several threads and processes."""

    def __init__(self, vault: KeyVault, secrets: SecretStore, box: SecretBox, files: SealedFiles | None = None) -> None:
        self._vault = vault
        self._files = files
        self._secrets = secrets
        self._box = box
        self._turn = threading.Lock()

    @property
    def place(self) -> str:
        """Where the keys are kept."""
        return self._vault.place

    @property
    def current(self) -> str:
        """The key that seals."""
        self._box.follow()
        return self._box.key_id

    def key_uses(self) -> list[KeyUse]:
        """Every key at hand, the one that seals first, then those that are missing."""
        self._box.follow()
        used = self._uses()
        present = self._box.key_ids
        missing = sorted(used.keys() - set(present))
        return [KeyUse(id=each, secrets=used[each], present=each in present) for each in (*present, *missing)]

    def rotate(self) -> Rotated:
        """Make a new key and seal every secret with it; or finish a rotation that was interrupted."""
        with self._turn:
            self._box.follow()
            older = set(self._box.key_ids[1:])
            unfinished = any(each in older for each in self._uses())
            self._box.use(open_keys(self._vault) if unfinished else add_key(self._vault))
            sealed_anew, failed = self._seal_anew()
            log.info("%d secrets were sealed anew with key %s", sealed_anew, self._box.key_id)
            return Rotated(
                key_id=self._box.key_id, new_key=not unfinished, sealed_anew=sealed_anew, failed=tuple(failed)
            )

    def forget(self) -> tuple[str, ...]:
        """Keep older keys no longer that seal nothing; their ids. Backups they sealed secrets of open no more."""
        with self._turn:
            self._box.use(open_keys(self._vault))
            before, used = self._vault.read(), self._uses()
            idle = tuple(each for each in self._box.key_ids[1:] if not used[each])
            if not idle:
                return ()
            keyring = forget_keys(self._vault, idle)
            if before is not None and any(self._uses()[each] for each in idle):
                # Another machine has sealed with one in this very moment.
                self._vault.replace(before)
                raise SecretError("A key was used again while it was to be forgotten; it stays. Try again.")
            self._box.use(keyring)
            log.info("keys were forgotten: %s", ", ".join(idle))
            return idle

    def _uses(self) -> Counter[str]:
        """How many secrets each key seals; files, which are copies of secrets for a while, count as one."""
        uses = Counter(key_id_of(sealed.ciphertext) for sealed in self._secrets.all().values())
        uses.update(self._files.key_ids() - uses.keys() if self._files else ())
        return uses

    def _seal_anew(self) -> tuple[int, list[str]]:
        """Bring every secret to the current key; how many were brought, and which do not open."""
        done, failed = 0, []
        if self._files:
            self._files.seal_anew()
        for account_id, sealed in self._secrets.all().items():
            if key_id_of(sealed.ciphertext) == self._box.key_id:
                continue
            try:
                done += self._seal_one_anew(account_id, sealed)
            except SecretError as error:
                log.error("the secret of account %s stays as it is: %s", account_id, error)
                failed.append(account_id)
        return done, failed

    def _seal_one_anew(self, account_id: str, sealed: SealedSecret | None) -> bool:
        """Until it is done, or somebody else has done it: a token may be refreshed at the same moment."""
        while sealed is not None and key_id_of(sealed.ciphertext) != self._box.key_id:
            ciphertext = self._box.seal_anew(sealed.ciphertext, PURPOSE, account_id)
            if self._secrets.seal_anew(account_id, sealed, key_id_of(ciphertext), ciphertext):
                return True
            sealed = self._secrets.get(account_id)
        return False
