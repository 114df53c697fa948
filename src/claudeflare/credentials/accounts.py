"""Credentials of accounts: sealed when given, opened when a gateway needs them."""

from __future__ import annotations

import logging

import msgspec

from claudeflare.credentials.api_key import clean_api_key
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import InvalidInput, NotFound, SecretError
from claudeflare.providers.provider import Credential
from claudeflare.storage.accounts import AccountStore, NewAccount, StoredAccount
from claudeflare.storage.secrets import SealedSecret, SecretStore

log = logging.getLogger(__name__)

_PURPOSE = "account"


class ApiKey(msgspec.Struct, frozen=True, tag="api-key"):
    """What is sealed for an account that has an API key. The tag tells it from kinds to come."""

    key: str

    def __repr__(self) -> str:
        return "ApiKey(…)"


class CredentialService:
    """The only place where the secrets of accounts are in the clear."""

    def __init__(self, accounts: AccountStore, secrets: SecretStore, box: SecretBox) -> None:
        self._accounts = accounts
        self._secrets = secrets
        self._box = box

    def add(self, new: NewAccount, api_key: str, now: float) -> StoredAccount:
        """Make an account with its API key, both or neither. Contacts nobody.

        Raises `InvalidInput` for a text that cannot be a key, and as `AccountStore.add` does.
        """
        if new.mode != "api-key":
            raise InvalidInput(f"An account of mode {new.mode!r} has no API key. Use mode api-key.")
        ciphertext = self._seal(new.id, clean_api_key(api_key))
        return self._accounts.add(new, now, SealedSecret(self._box.key_id, ciphertext))

    def replace_api_key(self, id_or_name: str, api_key: str) -> None:
        """Give an account another API key."""
        account = self._accounts.get(id_or_name).account
        if account.mode != "api-key":
            raise InvalidInput(f"{account.name!r} is signed in to by {account.mode}, not by an API key.")
        self._secrets.put(account.id, self._box.key_id, self._seal(account.id, clean_api_key(api_key)))

    def credential(self, account_id: str) -> Credential:
        """One account's credential. Raises `NotFound` when it has none, `SecretError` when it does not open."""
        sealed = self._secrets.get(account_id)
        if sealed is None:
            raise NotFound(f"Account {account_id} has no credential. Give it one: claudeflare login.")
        return self._open(account_id, sealed)

    def credentials(self) -> dict[str, Credential]:
        """Account id -> credential. One whose secret does not open is left out and logged: the others serve on."""
        found = {}
        for account_id, sealed in self._secrets.all().items():
            try:
                found[account_id] = self._open(account_id, sealed)
            except SecretError as error:
                log.error("account %s cannot be used: %s", account_id, error)
        return found

    def _seal(self, account_id: str, key: str) -> bytes:
        return self._box.seal(msgspec.json.encode(ApiKey(key)).decode(), _PURPOSE, account_id)

    def _open(self, account_id: str, sealed: SealedSecret) -> Credential:
        plain = self._box.open(sealed.ciphertext, _PURPOSE, account_id)
        try:
            secret = msgspec.json.decode(plain, type=ApiKey)
        except msgspec.DecodeError:
            # Without its cause: that would quote the secret.
            raise SecretError(
                "The secret is of a kind this version does not know. Was it written by a newer one?"
            ) from None
        return Credential("api-key", secret.key, sealed.generation)
