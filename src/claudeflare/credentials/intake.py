"""Takes in the credentials that owners give: for a new account, or again for one that has to be mended."""

from __future__ import annotations

from collections.abc import Callable

from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.given import GivenCredential, secret_of
from claudeflare.credentials.kinds import StoredSecret
from claudeflare.credentials.terms import TermsRecord
from claudeflare.errors import InvalidInput, NotFound, SecretError
from claudeflare.settings import Settings
from claudeflare.storage.accounts import AccountStore, NewAccount, StoredAccount


class CredentialIntake:
    """Contacts nobody: a wrong key shows at its first request."""

    def __init__(
        self,
        settings: Settings,
        accounts: AccountStore,
        credentials: CredentialService,
        terms: TermsRecord,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._credentials = credentials
        self._terms = terms
        self._clock = clock

    def add(self, new: NewAccount, given: GivenCredential, *, accept_terms: bool) -> StoredAccount:
        """A new account.

        Raises `InvalidInput`, `TermsNotAccepted`, and as `AccountStore.add` does.
        """
        if new.mode == "console":
            raise InvalidInput("To an account of mode console one signs in; with a key at hand use mode api-key.")
        secret = secret_of(new.mode, given, new.base_url or self._settings.upstream_url)
        self._accept(given, accept_terms)
        return self._credentials.add(new, secret, self._clock())

    def replace(self, id_or_name: str, given: GivenCredential, *, accept_terms: bool) -> StoredAccount:
        """Another credential for an account that stays what it is; for profiles and federation, a look at the files."""
        account = self._accounts.get(id_or_name).account
        upstream = account.base_url or self._settings.upstream_url
        secret = secret_of(account.mode, given, upstream, self._before(account.id))
        self._accept(given, accept_terms)
        return self._credentials.replace(account.id, secret, self._clock())

    def _accept(self, given: GivenCredential, accepted: bool) -> None:
        if given.is_subscription:
            self._terms.require(accepted, self._clock())

    def _before(self, account_id: str) -> StoredSecret | None:
        """What the account has; None when it has nothing that opens, and everything has to be given."""
        try:
            return self._credentials.opened(account_id).secret
        except (NotFound, SecretError):
            return None
