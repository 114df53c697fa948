"""Builds the control plane: every object in reading order, closed in reverse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fastapi import FastAPI

from claudeflare.access.authentication import Authentication
from claudeflare.access.client_key_file import read_client_key_file
from claudeflare.access.client_keys import ClientKeyService
from claudeflare.access.control_token import ControlToken
from claudeflare.api.account_states import AccountStates
from claudeflare.api.activity import Activity
from claudeflare.api.app import create_app
from claudeflare.api.services import Services
from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.balancing.change import Change
from claudeflare.balancing.pins import PIN_LIMIT
from claudeflare.control.budget_desk import BudgetDesk
from claudeflare.control.budget_notices import BudgetNotices
from claudeflare.control.gateways import Gateways
from claudeflare.control.journal_follower import JournalFollower
from claudeflare.control.limit_recorder import LimitRecorder
from claudeflare.control.login_notices import LoginNotices
from claudeflare.control.refresh_runner import RefreshRunner
from claudeflare.control.retention_runner import RetentionRunner
from claudeflare.control.snapshots import SnapshotSource
from claudeflare.control.stores import open_stores
from claudeflare.control.timeline import Timeline
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.intake import CredentialIntake
from claudeflare.credentials.key_rotation import KeyRotation
from claudeflare.credentials.refresh import TokenRefresher
from claudeflare.credentials.renewal import Renewal
from claudeflare.credentials.rotation_log import RotationLog
from claudeflare.credentials.secrets import SecretBox
from claudeflare.credentials.sign_in import SignIns
from claudeflare.credentials.terms import TermsRecord
from claudeflare.credentials.token_endpoint import TokenEndpoint
from claudeflare.credentials.vault_choice import chosen_vault
from claudeflare.gateway.messages import Snapshot
from claudeflare.home import Home
from claudeflare.ingest.ingest import Ingest
from claudeflare.ingest.payload_ingest import PayloadIngest
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.payloads import payload_directory
from claudeflare.journal.reader import JournalReader
from claudeflare.live.live import Live
from claudeflare.live.request_counts import RequestCounts
from claudeflare.providers.anthropic.pins import BODY_KINDS
from claudeflare.retention.access_retention import AccessRetention
from claudeflare.retention.limit_retention import LimitRetention
from claudeflare.retention.payload_retention import PayloadRetention
from claudeflare.retention.pin_retention import PinRetention
from claudeflare.retention.retention import Retention
from claudeflare.retention.retention_choice import RetentionChoice
from claudeflare.retention.rollup_upkeep import RollupUpkeep
from claudeflare.settings import Settings

NO_SOURCES: Mapping[str, str] = MappingProxyType({})
"""Every setting has its default, as far as anybody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control plane, open."""

    app: FastAPI
    """The REST API."""
    control_token: ControlToken
    gateways: Gateways
    snapshot: Callable[[], Snapshot]
    """What gateways are sent at this moment."""
    live: Live
    journal: JournalFollower
    payload_journal: JournalFollower
    retention: RetentionRunner
    refresh: RefreshRunner
    limits: LimitRecorder
    budgets: BudgetNotices

    @property
    def token(self) -> str:
        """The token the API accepts."""
        return self.control_token.value


@asynccontextmanager
async def open_control(
    settings: Settings,
    journal_directory: Path,
    *,
    sources: Mapping[str, str] = NO_SOURCES,
    ingest: bool = True,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Control]:
    """Open the data directory: migrate its database, read the journal (unless `ingest` is off), build the API.

    The control process serves it to gateways; the command line uses it in its own process while no server runs.
    `sources` says of each setting where it was set. Raises `StorageError`, `SecretError`, `SettingsError`,
    `JournalError`.
    """
    home = Home(settings.home)
    async with AsyncExitStack() as stack:
        stores = await open_stores(settings, home, stack)
        payload_ingest = PayloadIngest(JournalReader(payload_directory(journal_directory)), stores.payloads)
        payload_journal = JournalFollower(payload_ingest, "payloads")
        stack.push_async_callback(payload_journal.close)  # after that of the records, which matter more
        strategy = StrategyChoice(settings, sources, stores.metadata)
        vault = await asyncio.to_thread(chosen_vault, settings, home)
        box = await asyncio.to_thread(SecretBox.of, vault)
        credentials = CredentialService(stores.accounts, stores.secrets, box)
        token = ControlToken.load(settings, home.control_token)
        authentication = await asyncio.to_thread(Authentication, token, stores.sessions)

        live, request_counts = Live(), RequestCounts()
        stored = (request_counts.stored, live.stored)
        journal = JournalFollower(
            Ingest(JournalReader(journal_directory), stores.requests, PriceTable(), stored, clock)
        )
        stack.push_async_callback(journal.close)
        if ingest:
            # Before anything is said about limits and bindings: the newest of them are still in the journal.
            await journal.catch_up()

        kept = RetentionChoice(settings, sources, stores.metadata)

        def request_days() -> int:
            return kept.current().request_days

        record_retention = Retention(stores.requests, request_days, clock)
        payload_retention = PayloadRetention(stores.payloads, stores.payload_free_space, kept, clock)
        retention = RetentionRunner(
            record_retention,
            payload_retention,
            LimitRetention(stores.limit_history, request_days, clock),
            PinRetention(stores.pins, clock),
            AccessRetention(stores.audit, authentication.sessions, clock),
            RollupUpkeep(stores.rollups, clock),
        )
        stack.push_async_callback(retention.close)

        states = AccountStates(clock)
        states.apply(await asyncio.to_thread(stores.state.load, clock()))
        key_file = read_client_key_file(Path(settings.client_key_file)) if settings.client_key_file else []
        client_keys = await asyncio.to_thread(ClientKeyService, stores.client_keys, stores.spend, key_file, clock)
        snapshots = SnapshotSource(
            settings, stores.accounts, credentials, strategy, client_keys.holding, lambda: token.value
        )  # fmt: skip

        def learned(changes: Sequence[Change]) -> None:
            before = states.by_account()
            states.apply(changes)
            activity.learned(changes, before)

        gateways = Gateways(
            snapshots.load,
            lambda: [*stores.state.load(clock()), *stores.pins.newest(PIN_LIMIT, BODY_KINDS, clock())],
            learned,
            lambda ids: stores.pins.find(ids, clock()),
            answer_credential=lambda question: refresh.answers.answer(question),
            desk=BudgetDesk(stores.spend, client_keys.holding, settings.workers, clock),
        )
        stack.push_async_callback(gateways.close)
        timeline = Timeline(stores.happenings, lambda what: activity.happened(what))
        limits = LimitRecorder(gateways.gauges, stores.limit_history)
        stack.push_async_callback(limits.close)
        budgets = BudgetNotices(stores.spend, client_keys.holding, timeline.tell, clock)
        stack.push_async_callback(budgets.close)

        rotations = RotationLog(home.rotations, box)
        refresher = TokenRefresher(
            credentials,
            Renewal(credentials, TokenEndpoint(settings), rotations, clock),
            stores.database,
            LoginNotices(stores.accounts, stores.state, gateways, timeline.tell, clock),
            clock,
        )
        refresh = RefreshRunner(refresher, credentials, clock, gateways.configuration_changed)
        stack.push_async_callback(refresh.close)

        terms = TermsRecord(stores.metadata)
        services = Services(
            settings=settings,
            sources=sources,
            database=stores.database,
            accounts=stores.accounts,
            credentials=credentials,
            intake=CredentialIntake(settings, stores.accounts, credentials, terms, clock),
            sign_ins=SignIns(settings, stores.accounts, credentials, terms, clock),
            terms=terms,
            refresher=refresher,
            key_rotation=KeyRotation(vault, stores.secrets, box, rotations),
            state=stores.state,
            states=states,
            requests=stores.requests,
            rollups=stores.rollups,
            payloads=stores.payloads,
            databases=stores.databases,
            free_space=(stores.free_space, stores.payload_free_space),
            retention_choice=kept,
            record_retention=record_retention,
            payload_retention=payload_retention,
            strategy=strategy,
            token=token,
            authentication=authentication,
            audit=stores.audit,
            client_keys=client_keys,
            gateways=gateways,
            happenings=stores.happenings,
            limit_history=stores.limit_history,
            live=live,
            request_counts=request_counts,
            clock=clock,
        )
        activity = Activity(services)
        live.set_source(activity)
        stack.push_async_callback(live.close)
        await asyncio.to_thread(refresher.recover)
        yield Control(
            app=create_app(services),
            control_token=token,
            gateways=gateways,
            snapshot=lambda: snapshots.load(0),
            live=live,
            journal=journal,
            payload_journal=payload_journal,
            retention=retention,
            refresh=refresh,
            limits=limits,
            budgets=budgets,
        )
