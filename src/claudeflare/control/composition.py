"""Builds the control plane: every object in reading order, closed in reverse."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fastapi import FastAPI

from claudeflare.access.control_token import ControlToken
from claudeflare.api.account_states import AccountStates
from claudeflare.api.app import create_app
from claudeflare.api.services import Services
from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.balancing.pins import PIN_LIMIT
from claudeflare.control.gateways import Gateways
from claudeflare.control.journal_follower import JournalFollower
from claudeflare.control.retention_runner import RetentionRunner
from claudeflare.control.snapshots import SnapshotSource
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.keyring import Keyring
from claudeflare.credentials.secrets import SecretBox
from claudeflare.errors import StorageError
from claudeflare.home import Home
from claudeflare.ingest.ingest import Ingest
from claudeflare.ingest.payload_ingest import PayloadIngest
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.payloads import payload_directory
from claudeflare.journal.reader import JournalReader
from claudeflare.providers.anthropic.pins import BODY_KINDS
from claudeflare.retention.payload_retention import PayloadRetention
from claudeflare.retention.pin_retention import PinRetention
from claudeflare.retention.retention import Retention
from claudeflare.retention.retention_choice import RetentionChoice
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.free_space import FreeSpace
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.payload_file import payload_database
from claudeflare.storage.payloads import PayloadStore
from claudeflare.storage.pins import PinStore
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.secrets import SecretStore
from claudeflare.storage.state import StateStore

log = logging.getLogger(__name__)

NO_SOURCES: Mapping[str, str] = MappingProxyType({})
"""Every setting has its default, as far as anybody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control plane, open."""

    app: FastAPI
    """The REST API."""
    control_token: ControlToken
    gateways: Gateways
    journal: JournalFollower
    payload_journal: JournalFollower
    retention: RetentionRunner

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
        database = await _open_database(settings, home, stack)
        accounts = AccountStore(database)
        requests = RequestStore(database)
        payload_rows = await asyncio.to_thread(payload_database, database, home.payloads)
        stack.callback(payload_rows.dispose)
        payloads = PayloadStore(payload_rows)
        payload_ingest = PayloadIngest(JournalReader(payload_directory(journal_directory)), payloads)
        payload_journal = JournalFollower(payload_ingest, "payloads")
        stack.push_async_callback(payload_journal.close)  # after that of the records, which matter more
        state = StateStore(database)
        pins = PinStore(database)
        strategy = StrategyChoice(settings, sources, MetadataStore(database))
        credentials = CredentialService(accounts, SecretStore(database), _secret_box(settings, home))
        token = ControlToken.load(settings, home.control_token)

        journal = JournalFollower(Ingest(JournalReader(journal_directory), requests, PriceTable(), clock=clock))
        stack.push_async_callback(journal.close)
        if ingest:
            # Before anything is said about limits and bindings: the newest of them are still in the journal.
            await journal.catch_up()

        kept = RetentionChoice(settings, sources, MetadataStore(database))
        record_retention = Retention(requests, lambda: kept.current().request_days, clock)
        payload_retention = PayloadRetention(payloads, FreeSpace(payload_rows), kept, clock)
        retention = RetentionRunner(record_retention, payload_retention, PinRetention(pins, clock))
        stack.push_async_callback(retention.close)

        states = AccountStates(clock)
        states.apply(await asyncio.to_thread(state.load, clock()))
        snapshots = SnapshotSource(settings, accounts, credentials, strategy)
        gateways = Gateways(
            snapshots.load,
            lambda: [*state.load(clock()), *pins.newest(PIN_LIMIT, BODY_KINDS, clock())],
            states.apply,
            lambda ids: pins.find(ids, clock()),
        )
        stack.push_async_callback(gateways.close)

        services = Services(
            settings=settings,
            sources=sources,
            accounts=accounts,
            credentials=credentials,
            state=state,
            states=states,
            requests=requests,
            payloads=payloads,
            free_space=(FreeSpace(database), FreeSpace(payload_rows)),
            retention_choice=kept,
            record_retention=record_retention,
            payload_retention=payload_retention,
            strategy=strategy,
            token=token,
            gateways=gateways,
            clock=clock,
        )
        yield Control(
            app=create_app(services),
            control_token=token,
            gateways=gateways,
            journal=journal,
            payload_journal=payload_journal,
            retention=retention,
        )


async def _open_database(settings: Settings, home: Home, stack: AsyncExitStack) -> Database:
    """The database, of this version's schema."""
    try:
        home.prepare()
    except OSError as error:
        raise StorageError(
            f"The data directory {home.directory} cannot be made ({error.strerror})."
            " Name another with CLAUDEFLARE_HOME, or make this one's parent writable."
        ) from error
    database = await asyncio.to_thread(Database, settings.database_url or f"sqlite:///{home.database}")
    stack.callback(database.dispose)
    backup = await asyncio.to_thread(migrate.upgrade, database, home.directory / "backups")
    if backup is not None:
        log.info("the database was upgraded; as it was before, it is kept in %s", backup)
    return database


def _secret_box(settings: Settings, home: Home) -> SecretBox:
    return SecretBox(Keyring.load(Path(settings.secret_key_file) if settings.secret_key_file else home.secret_key))
