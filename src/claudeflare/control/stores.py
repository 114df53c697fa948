"""The data directory, open: its databases with this version's schema, and a store for each kind of thing in them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass

from claudeflare.backup.swap import finish_exchange
from claudeflare.errors import StorageError
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.audit import AuditStore
from claudeflare.storage.client_key_spend import ClientKeySpend
from claudeflare.storage.client_keys import ClientKeyStore
from claudeflare.storage.database import Database
from claudeflare.storage.free_space import FreeSpace
from claudeflare.storage.happenings import HappeningStore
from claudeflare.storage.limit_history import LimitHistory
from claudeflare.storage.metadata import MetadataStore
from claudeflare.storage.payload_file import payload_database
from claudeflare.storage.payloads import PayloadStore
from claudeflare.storage.pins import PinStore
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollups import RollupStore
from claudeflare.storage.secrets import SecretStore
from claudeflare.storage.sessions import SessionStore
from claudeflare.storage.state import StateStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """One store for each kind of thing that is kept."""

    database: Database
    accounts: AccountStore
    audit: AuditStore
    client_keys: ClientKeyStore
    databases: tuple[Database, ...]
    """That of records, and payloads' own where there is one."""
    free_space: FreeSpace
    happenings: HappeningStore
    limit_history: LimitHistory
    metadata: MetadataStore
    payload_free_space: FreeSpace
    payloads: PayloadStore
    pins: PinStore
    requests: RequestStore
    rollups: RollupStore
    secrets: SecretStore
    sessions: SessionStore
    spend: ClientKeySpend
    state: StateStore


async def open_stores(settings: Settings, home: Home, stack: AsyncExitStack) -> Stores:
    """Open the databases, closed with `stack`; a restore that was killed is finished, an older schema upgraded, first.

    Raises `StorageError`.
    """
    database = await _open_database(settings, home, stack)
    payload_rows = await asyncio.to_thread(payload_database, database, home.payloads)
    stack.callback(payload_rows.dispose)
    return Stores(
        database=database,
        accounts=AccountStore(database),
        audit=AuditStore(database),
        client_keys=ClientKeyStore(database),
        databases=(database,) if payload_rows is database else (database, payload_rows),
        free_space=FreeSpace(database),
        happenings=HappeningStore(database),
        limit_history=LimitHistory(database),
        metadata=MetadataStore(database),
        payload_free_space=FreeSpace(payload_rows),
        payloads=PayloadStore(payload_rows),
        pins=PinStore(database),
        requests=RequestStore(database),
        rollups=RollupStore(database),
        secrets=SecretStore(database),
        sessions=SessionStore(database),
        spend=ClientKeySpend(database),
        state=StateStore(database),
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
    if await asyncio.to_thread(finish_exchange, home):
        log.info("a restore that was interrupted is finished now")
    database = await asyncio.to_thread(Database, settings.database_url or f"sqlite:///{home.database}")
    stack.callback(database.dispose)
    backup = await asyncio.to_thread(migrate.upgrade, database, home.directory / "backups")
    if backup is not None:
        log.info("the database was upgraded; as it was before, it is kept in %s", backup)
    return database
