"""Accounts as the API shows them: what the owner configured, what was learned since, and what is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import msgspec

from claudeflare.api.account_defaults import effective
from claudeflare.api.schemas.accounts import AccountResource
from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.services import Services
from claudeflare.api.standing import limits, reset_time, status_word
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.balancing.account import AccountState
from claudeflare.balancing.gauges import LimitGauge, windows_in
from claudeflare.settings import Settings
from claudeflare.storage.accounts import StoredAccount
from claudeflare.storage.records import AccountUse

NEVER_USED = AccountUse(requests=0, recorded=0, last_used=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One reading of everything that is known of accounts, to show any number of them with. Mappings are by id."""

    now: float
    states: Mapping[str, AccountState]
    in_flight: Mapping[str, int]
    gauges: Mapping[str, Sequence[LimitGauge]]
    settings: Settings
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
            gauges=services.gateways.gauges(),
            settings=services.settings,
            used=services.requests.account_use(),
            with_credential=services.credentials.credentials().keys(),
        )

    def resource(self, stored: StoredAccount) -> AccountResource:
        """One account."""
        account = stored.account
        state = self.states.get(account.id) or AccountState()
        gauges = self.gauges.get(account.id, ())
        if gauges:
            # What a gateway goes by beside the durable state.
            state = msgspec.structs.replace(state, windows=windows_in(gauges))
        in_use = effective(account, self.settings)
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
            rate_limit_status=status_word(in_use, state, self.now),
            rate_limit_reset=to_iso_or_none(reset_time(in_use, state, self.now)),
            limits=limits(in_use, state, self.now),
            gauges=[Gauge.of(gauge) for gauge in gauges],
            reserve=account.reserve,
            allow_extra_usage=account.allow_extra_usage,
            in_flight=self.in_flight.get(account.id, 0),
            request_count=used.requests,
            total_requests=used.recorded,
            last_used=to_iso_or_none(used.last_used),
            created=to_iso(stored.created),
        )
