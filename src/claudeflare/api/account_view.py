"""Accounts as the API shows them: what the owner configured, what was learned since, and what is on record."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from claudeflare.api.schemas.accounts import AccountResource
from claudeflare.api.services import Services
from claudeflare.api.standing import limits, reset_time, status_word
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.balancing.account import AccountState
from claudeflare.storage.accounts import StoredAccount
from claudeflare.storage.records import AccountUse

NEVER_USED = AccountUse(requests=0, recorded=0, last_used=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One reading of everything that is known of accounts, to show any number of them with. Mappings are by id."""

    now: float
    states: Mapping[str, AccountState]
    in_flight: Mapping[str, int]
    used: Mapping[str, AccountUse]
    with_credential: Set[str]
    """Accounts with a credential that opens."""

    @classmethod
    def of(cls, services: Services) -> AccountView:
        """Read it now."""
        return cls(
            now=services.clock(),
            states=services.states.by_account(),
            in_flight=services.gateways.in_flight(),
            used=services.requests.account_use(),
            with_credential=services.credentials.credentials().keys(),
        )

    def resource(self, stored: StoredAccount) -> AccountResource:
        """One account."""
        account = stored.account
        state = self.states.get(account.id) or AccountState()
        used = self.used.get(account.id) or NEVER_USED
        return AccountResource(
            id=account.id,
            name=account.name,
            provider=account.provider,
            mode=account.mode,
            tier=account.tier,
            priority=account.priority,
            paused=account.paused,
            base_url=account.base_url,
            token_status="valid" if account.id in self.with_credential else "missing",
            rate_limit_status=status_word(account, state, self.now),
            rate_limit_reset=to_iso_or_none(reset_time(account, state, self.now)),
            limits=limits(account, state, self.now),
            in_flight=self.in_flight.get(account.id, 0),
            request_count=used.requests,
            total_requests=used.recorded,
            last_used=to_iso_or_none(used.last_used),
            created=to_iso(stored.created),
        )
