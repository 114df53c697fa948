"""Accounts as the API shows them: what the owner configured, what was learned since, and what is on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from claudeflare.credentials.refresh_decision import NO_TROUBLE, Trouble
from claudeflare.credentials.token_state import TokenState
from claudeflare.credentials.token_words import NEEDS_LOGIN, status_of
from claudeflare.formatting import login_command
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
    tokens: Mapping[str, TokenState]
    """Of accounts with a credential that can be used."""
    troubles: Mapping[str, Trouble]
    """With the renewal of their tokens."""

    @classmethod
    def of(cls, services: Services) -> AccountView:
        """Read it now."""
        tokens = services.credentials.states()
        return cls(
            now=services.clock(),
            states=services.states.by_account(),
            in_flight=services.gateways.in_flight(),
            gauges=services.gateways.gauges(),
            settings=services.settings,
            used=services.requests.account_use(),
            tokens=tokens,
            troubles={id_: services.refresher.trouble(id_, state) for id_, state in tokens.items()},
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
        token, trouble = self.tokens.get(account.id), self.troubles.get(account.id, NO_TROUBLE)
        token_status = status_of(token, trouble, state.attention, self.now)
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
            token_status=token_status,
            token_expires=to_iso_or_none(token.expires_at if token else None),
            token_renewed=token.renewable if token and token.bearer else None,
            token_trouble=trouble.words or None,
            needs_login=login_command(account.name) if token_status == NEEDS_LOGIN else None,
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
