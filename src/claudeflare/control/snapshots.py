"""What a gateway needs to serve, read from the database."""

from __future__ import annotations

from collections.abc import Callable

from claudeflare.api.account_defaults import effective
from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.credentials.accounts import CredentialService
from claudeflare.gateway.messages import Snapshot
from claudeflare.quotas.client_key import ClientKey, digest_of
from claudeflare.settings import Settings
from claudeflare.storage.accounts import AccountStore


class SnapshotSource:
    """Makes snapshots. Their credentials are in the clear: they go to gateways and nowhere else."""

    def __init__(
        self,
        settings: Settings,
        accounts: AccountStore,
        credentials: CredentialService,
        strategy: StrategyChoice,
        client_keys: Callable[[], list[ClientKey]] = list,
        control_token: Callable[[], str] = str,
    ) -> None:
        """`client_keys` reads those that hold, `control_token` the token as it is now."""
        self._client_keys = client_keys
        self._control_token = control_token
        self._settings = settings
        self._accounts = accounts
        self._credentials = credentials
        self._strategy = strategy

    def load(self, version: int) -> Snapshot:
        """The configuration as it is now."""
        # Accounts first: a credential without its account is harmless, an account without its credential would be used
        # with none.
        accounts = [effective(stored.account, self._settings) for stored in self._accounts.list()]
        credentials = self._credentials.credentials()
        return Snapshot(
            version=version,
            accounts=accounts,
            credentials={each.id: credentials[each.id] for each in accounts if each.id in credentials},
            strategy=self._strategy.current(),
            session_seconds=self._settings.session_duration / 1000,
            client_keys=self._client_keys(),
            control_token=digest_of(self._control_token().encode()),
        )
