"""Credentials of accounts: sealed when given, opened when a gateway needs them."""

from __future__ import annotations

import logging

import msgspec

from claudeflare.balancing.change import AttentionNeeded
from claudeflare.credentials.api_key import clean_api_key
from claudeflare.credentials.kinds import (
    ApiKey,
    OAuthTokens,
    Profile,
    StaticToken,
    StoredSecret,
    Wif,
    modes_of,
    pack,
    unpack,
)
from claudeflare.credentials.secrets import SecretBox
from claudeflare.credentials.token_state import TokenState, token_state
from claudeflare.errors import InvalidInput, NotFound, SecretError
from claudeflare.providers.provider import Credential
from claudeflare.storage.accounts import AccountStore, NewAccount, StoredAccount
from claudeflare.storage.secrets import SealedSecret, SecretStore

log = logging.getLogger(__name__)

_PURPOSE = "account"


class OpenedSecret(msgspec.Struct, frozen=True):
    """One account's secret, in the clear, and what it was sealed as."""

    account_id: str
    secret: StoredSecret
    sealed: SealedSecret

    @property
    def generation(self) -> int:
        """See `Credential.generation`."""
        return self.sealed.generation

    @property
    def flagged(self) -> bool:
        """Its renewal has been refused, of what is stored or was in its files then."""
        return isinstance(self.secret, OAuthTokens | Profile | Wif) and bool(self.secret.refused)

    def state(self) -> TokenState:
        """How it stands. Raises `SecretError` when it lies in files that cannot be used."""
        return token_state(self.secret, self.generation)


class CredentialService:
    """The only place where the secrets of accounts are in the clear."""

    def __init__(self, accounts: AccountStore, secrets: SecretStore, box: SecretBox) -> None:
        self._accounts = accounts
        self._secrets = secrets
        self._box = box

    def add(self, new: NewAccount, secret: StoredSecret, now: float) -> StoredAccount:
        """Make an account with its secret, both or neither. Contacts nobody.

        Raises `InvalidInput` for a secret that cannot be one or does not fit the mode, and as `AccountStore.add` does.
        """
        sealed = SealedSecret(self._box.key_id, self._seal(new.id, _checked(secret, new.mode)))
        return self._accounts.add(new, now, sealed)

    def replace(self, id_or_name: str, secret: StoredSecret, now: float) -> StoredAccount:
        """Give an account another secret, for instance after a new sign-in: whatever kept it out by the old is over.

        That is written down; gateways are told by the caller, as after every change of an account, and have to be sent
        `AttentionNeeded(id, "")` beside it.
        """
        stored = self._accounts.get(id_or_name)
        account = stored.account
        ciphertext = self._seal(account.id, _checked(secret, account.mode))
        self._secrets.put(account.id, self._box.key_id, ciphertext, (AttentionNeeded(account.id, ""), now))
        return stored

    def credential(self, account_id: str) -> Credential:
        """One account's credential. Raises `NotFound` when it has none, `SecretError` when it does not open."""
        return self.opened(account_id).state().credential

    def credentials(self) -> dict[str, Credential]:
        """Account id -> credential. One whose secret does not open is left out and logged: the others serve on."""
        return {account_id: state.credential for account_id, state in self.states().items()}

    def states(self) -> dict[str, TokenState]:
        """Account id -> how its credential stands, of those that can be used."""
        found = {}
        for account_id, opened in self.all_opened().items():
            try:
                found[account_id] = opened.state()
            except SecretError as error:
                log.error("account %s cannot be used: %s", account_id, error)
        return found

    def opened(self, account_id: str) -> OpenedSecret:
        """One account's secret, to be renewed. Raises as `credential` does."""
        sealed = self._secrets.get(account_id)
        if sealed is None:
            raise NotFound(f"Account {account_id} has no credential. Give it one: claudeflare login.")
        return self._open(account_id, sealed)

    def all_opened(self) -> dict[str, OpenedSecret]:
        """Account id -> secret. One that does not open is left out and logged."""
        found = {}
        for account_id, sealed in self._secrets.all().items():
            try:
                found[account_id] = self._open(account_id, sealed)
            except SecretError as error:
                log.error("account %s cannot be used: %s", account_id, error)
        return found

    def commit(self, old: OpenedSecret, secret: StoredSecret) -> OpenedSecret | None:
        """Put a renewed secret in the place of `old`; None when that is no longer there."""
        ciphertext = self._seal(old.account_id, secret)
        sealed = self._secrets.replace(old.account_id, old.sealed, self._box.key_id, ciphertext)
        return None if sealed is None else OpenedSecret(old.account_id, secret, sealed)

    def _seal(self, account_id: str, secret: StoredSecret) -> bytes:
        return self._box.seal(pack(secret), _PURPOSE, account_id)

    def _open(self, account_id: str, sealed: SealedSecret) -> OpenedSecret:
        return OpenedSecret(account_id, unpack(self._box.open(sealed.ciphertext, _PURPOSE, account_id)), sealed)


def _checked(secret: StoredSecret, mode: str) -> StoredSecret:
    """The secret as it is kept. Raises `InvalidInput`, which never repeats it."""
    if mode not in modes_of(secret):
        raise InvalidInput(f"An account of mode {mode!r} is not opened by this. Use mode {modes_of(secret)[0]}.")
    match secret:
        case ApiKey():
            return ApiKey(clean_api_key(secret.key))
        case StaticToken():
            return StaticToken(clean_api_key(secret.token, "token"))
        case _:
            return secret
