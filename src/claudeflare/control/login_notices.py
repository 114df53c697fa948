"""Makes known what became of an account's token: to the database, to every gateway, with the command that mends it."""

from __future__ import annotations

from collections.abc import Callable

from claudeflare.api.services import GatewayFeed
from claudeflare.balancing.change import AttentionNeeded
from claudeflare.credentials.token_words import NEEDS_LOGIN
from claudeflare.errors import NotFound
from claudeflare.formatting import login_command
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.happenings import REFRESHED, Happening
from claudeflare.storage.state import StateStore


class LoginNotices:
    """`credentials.refresh.TokenNews`."""

    def __init__(
        self,
        accounts: AccountStore,
        state: StateStore,
        gateways: GatewayFeed,
        tell: Callable[[Happening], None],
        clock: Callable[[], float],
    ) -> None:
        """`tell` puts something on the timeline."""
        self._accounts = accounts
        self._state = state
        self._gateways = gateways
        self._tell = tell
        self._clock = clock

    def renewed(self, account_id: str, lifted: bool) -> None:
        """Gateways get the new token; one that a login was needed for is back."""
        if lifted:
            self._attention(account_id, "")
        self._gateways.configuration_changed()
        self._tell(Happening(at=self._clock(), kind=REFRESHED, account_id=account_id))

    def login_needed(self, account_id: str, why: str) -> None:
        """The account is out until somebody signs in."""
        try:
            name = self._accounts.get(account_id).account.name
        except NotFound:
            return  # removed meanwhile
        self._attention(account_id, f"{NEEDS_LOGIN}: {login_command(name)} ({why.rstrip('.')})")

    def _attention(self, account_id: str, reason: str) -> None:
        change = AttentionNeeded(account_id, reason)
        self._state.apply([change], self._clock())
        self._gateways.changes_made([change])
