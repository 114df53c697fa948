"""The gateway's composition root: what it knows, who is connected, and which exchange answers a request."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from time import monotonic, time
from typing import TypedDict

from claudeflare.balancing.change import Change
from claudeflare.balancing.failover import RetryRules
from claudeflare.balancing.pool import AccountPool
from claudeflare.gateway.account_directory import AccountDirectory
from claudeflare.gateway.caller_credentials import CallerCredentials
from claudeflare.gateway.client_connection import ClientConnection
from claudeflare.gateway.client_keys import ClientKeys
from claudeflare.gateway.control_side import ControlSide
from claudeflare.gateway.dialing import Dialer
from claudeflare.gateway.egress import Egress
from claudeflare.gateway.exchange import Exchange
from claudeflare.gateway.ids import RequestIds
from claudeflare.gateway.local_exchange import UnreadableExchange
from claudeflare.gateway.messages import Snapshot
from claudeflare.gateway.payload_writer import PayloadWriter
from claudeflare.gateway.recording import Journal
from claudeflare.gateway.refusal import Refusal
from claudeflare.gateway.resolver import Resolver
from claudeflare.gateway.routes import exchange_for
from claudeflare.gateway.tls_sessions import client_tls
from claudeflare.gateway.upstream_pool import UpstreamPool
from claudeflare.gateway.waiting import WaitingRoom
from claudeflare.http1.hosts import served_names
from claudeflare.http1.limits import HeadLimits
from claudeflare.http1.request_parser import RequestHead
from claudeflare.journal.records import Changed
from claudeflare.providers.provider import Provider
from claudeflare.settings import Settings

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
BACKLOG = 4096


class Health(TypedDict):
    """The body of `/health`."""

    live: bool
    ready: bool
    accounts: dict[str, int]
    waiting: int
    strategy: str | None
    control: bool


class GatewayServer:
    """One gateway process's state. Everything runs in its event loop's thread."""

    def __init__(
        self,
        settings: Settings,
        provider: Provider,
        journal: Journal,
        control_socket: str | None = None,
        payloads: PayloadWriter | None = None,
    ) -> None:
        self.settings = settings
        self.provider = provider
        self.journal = journal
        self.payloads = payloads
        """None when payloads are not recorded."""
        self.ids = RequestIds()
        self.head_limits = HeadLimits(settings.max_head_bytes, settings.max_header_count)
        self.retry_rules = RetryRules(
            attempts=settings.retry_attempts,
            delay_seconds=settings.retry_delay_ms / 1000,
            backoff=settings.retry_backoff,
            start_deadline=settings.start_deadline,
        )
        self.pool = AccountPool(
            settings.lb_strategy,
            settings.session_duration / 1000,
            binding_outranks_priority=settings.session_outranks_priority,
        )
        self.waiting = WaitingRoom(self.pool, settings)
        self.control = ControlSide(self, control_socket)
        self.client_keys = ClientKeys(self)
        self.upstreams = UpstreamPool(
            Dialer(Egress(settings.https_proxy, settings.no_proxy), Resolver()),
            client_tls(settings.ssl_cert_file),
            self.head_limits,
            settings.connect_timeout,
            settings.keep_alive_timeout,
        )
        self.directory = AccountDirectory(settings.upstream_url, callers_only=settings.caller_credential == "only")
        self.callers = CallerCredentials() if settings.caller_credential == "first" else None
        """What tries callers' own credentials first; None when that is not set."""
        self.exposed = False
        """Other machines can reach it: see `gate.open_to_anyone`."""
        self.allowed_hosts = served_names(settings.host, settings.public_url, settings.allowed_hosts)
        self.draining = False
        self._connections: set[ClientConnection] = set()
        self._listeners: list[asyncio.Server] = []
        self._sweep: asyncio.TimerHandle | None = None
        self._empty: asyncio.Event = asyncio.Event()

    # -- what control tells ----------------------------------------------------------------------------------------

    def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Accounts, credentials and policy from now on; requests in flight keep what they have."""
        self.pool.configure(snapshot.accounts, snapshot.strategy, snapshot.session_seconds)
        self.client_keys.configure(snapshot.client_keys, time())
        self.pool.apply(self.directory.take(snapshot), time())
        self.control.snapshot_taken(snapshot)
        self._wake_waiting()

    def apply_changes(self, changes: Iterable[Change]) -> None:
        """What was learnt before this process, by another worker, or decided by the owner."""
        self.pool.apply(changes, time())
        self._wake_waiting()

    def _wake_waiting(self) -> None:
        if self.waiting.busy:
            self.waiting.wake()

    # -- what exchanges ask ----------------------------------------------------------------------------------------

    def publish(self, changes: list[Change]) -> None:
        """Make what the pool learnt durable, and let the other workers know."""
        if not changes:
            return
        self._wake_waiting()
        at = time()
        for change in changes:
            self.journal.append(Changed(at, change))
        self.control.tell_changes(changes)

    def health(self) -> Health:
        """What `/health` answers."""
        configured, available = self.pool.availability(time())
        return Health(
            live=True,
            ready=self.control.ready.is_set(),
            accounts={"configured": configured, "available": available},
            waiting=len(self.waiting),
            strategy=self.directory.strategy,
            control=self.control.up,
        )

    # -- connections and requests ----------------------------------------------------------------------------------

    def admit(self, connection: ClientConnection) -> bool:
        """Count a new connection; False when there are too many."""
        if len(self._connections) >= self.settings.max_connections:
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: ClientConnection) -> None:
        """A connection is lost."""
        self._connections.discard(connection)
        if self.draining and not self._connections:
            self._empty.set()

    @property
    def open_connections(self) -> int:
        """Clients connected now."""
        return len(self._connections)

    def exchange(self, head: RequestHead, connection: ClientConnection) -> Exchange:
        """Who answers this request."""
        return exchange_for(head, connection, self)

    def unreadable(self, connection: ClientConnection, refusal: Refusal) -> Exchange:
        """Who answers what could not be read."""
        return UnreadableExchange(connection, self, refusal)

    # -- life ------------------------------------------------------------------------------------------------------

    async def listen(self, sock: socket.socket) -> None:
        """Accept clients on a bound socket from now on."""
        loop = asyncio.get_running_loop()
        self._listeners.append(await loop.create_server(lambda: ClientConnection(self), sock=sock, backlog=BACKLOG))
        if self._sweep is None:
            self._sweep = loop.call_later(SWEEP_SECONDS, self._check_deadlines)

    def _check_deadlines(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_later(SWEEP_SECONDS, self._check_deadlines)
        now = monotonic()
        for connection in list(self._connections):
            connection.check_deadlines(now)
        self.upstreams.expire(now)
        self.control.report()

    async def drain(self) -> None:
        """Accept nobody new, let running requests end (bounded by `drain_timeout`), then cut off the rest."""
        self.draining = True
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections):
            connection.begin_drain()
        self.waiting.turn_away()
        if self._connections:
            try:
                async with asyncio.timeout(self.settings.drain_timeout):
                    await self._empty.wait()
            except TimeoutError:
                log.warning(
                    "%d connections did not end in %g s and are cut off",
                    len(self._connections),
                    self.settings.drain_timeout,
                )
        await self.close()

    async def close(self) -> None:
        """Cut off whatever is left."""
        if self._sweep is not None:
            self._sweep.cancel()
        for listener in self._listeners:
            listener.close()
        self.draining = True
        for connection in list(self._connections):
            connection.abort()
        if self._connections:
            await self._empty.wait()
        await self.upstreams.close()

    def __repr__(self) -> str:
        return f"<GatewayServer {len(self._connections)} connections, {self.pool!r}>"
