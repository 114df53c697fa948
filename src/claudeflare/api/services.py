"""What the endpoints work with: built once by control's composition root, handed to `create_app`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from claudeflare.access.authentication import Authentication
from claudeflare.access.client_keys import ClientKeyService
from claudeflare.access.control_token import ControlToken
from claudeflare.api.account_states import AccountStates
from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.balancing.change import Change
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.intake import CredentialIntake
from claudeflare.credentials.key_rotation import KeyRotation
from claudeflare.credentials.refresh import TokenRefresher
from claudeflare.credentials.sign_in import SignIns
from claudeflare.credentials.terms import TermsRecord
from claudeflare.live.live import Live
from claudeflare.live.request_counts import RequestCounts
from claudeflare.retention.payload_retention import PayloadRetention
from claudeflare.retention.retention import Retention
from claudeflare.retention.retention_choice import RetentionChoice
from claudeflare.settings import Settings
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.audit import AuditStore
from claudeflare.storage.database import Database
from claudeflare.storage.free_space import FreeSpace
from claudeflare.storage.happenings import HappeningStore
from claudeflare.storage.limit_history import LimitHistory
from claudeflare.storage.payloads import PayloadStore
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollups import RollupStore
from claudeflare.storage.state import StateStore


class GatewayFeed(Protocol):
    """The gateways as the API sees them; `control.gateways.Gateways`, which this package may not import.

    Safe to call from any thread.
    """

    def configuration_changed(self) -> None:
        """Accounts, credentials or the strategy changed: send every gateway a new snapshot."""
        ...

    def changes_made(self, changes: Sequence[Change]) -> None:
        """The owner changed learned state, e.g. cleared a limit: tell every gateway, and `Services.states`."""
        ...

    def in_flight(self) -> dict[str, int]:
        """Account id -> requests running now, over all gateways."""
        ...

    def gauges(self) -> Mapping[str, Sequence[LimitGauge]]:
        """Account id -> its limits, as far as answers have told a gateway that runs."""
        ...

    def waiting(self) -> tuple[int, list[WaitingLine]]:
        """How many requests wait for an account, over all gateways, and for what those do that wait longest."""
        ...

    def shed_records(self) -> Mapping[str, int]:
        """Journal writer -> records that a gateway of this server could not write down, as it says itself."""
        ...

    def connected(self) -> int:
        """How many gateways there are links to."""
        ...

    def shed_payloads(self) -> int:
        """Bodies that the gateways of this server could not write down."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything an endpoint may read or change."""

    settings: Settings
    sources: Mapping[str, str]
    """Field of `Settings` -> where its value came from; a field that is missing has its default."""
    database: Database
    """For a look at how it is; everything else is asked of a store."""
    accounts: AccountStore
    credentials: CredentialService
    intake: CredentialIntake
    sign_ins: SignIns
    """To accounts; that of a person to the dashboard is another thing."""
    terms: TermsRecord
    refresher: TokenRefresher
    key_rotation: KeyRotation
    state: StateStore
    """What was learned, durably."""
    states: AccountStates
    """The same of accounts, as of now."""
    requests: RequestStore
    rollups: RollupStore
    payloads: PayloadStore
    databases: Sequence[Database]
    """That of records, and payloads' own where there is one."""
    free_space: Sequence[FreeSpace]
    """Of the database, and of payloads' own where there is one."""
    retention_choice: RetentionChoice
    record_retention: Retention
    payload_retention: PayloadRetention
    strategy: StrategyChoice
    token: ControlToken
    authentication: Authentication
    audit: AuditStore
    client_keys: ClientKeyService
    gateways: GatewayFeed
    happenings: HappeningStore
    limit_history: LimitHistory
    live: Live
    request_counts: RequestCounts
    clock: Callable[[], float]
    """UTC epoch seconds."""
    simulating: threading.Lock = field(default_factory=threading.Lock)
    """Held while a simulation runs: one keeps a core busy."""
    analyzing: threading.Lock = field(default_factory=threading.Lock)
    """Held while the databases are analyzed: one reads many of their pages."""


def services_of(request: Request) -> Services:
    """The services of the app that answers `request`."""
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(services_of)]
