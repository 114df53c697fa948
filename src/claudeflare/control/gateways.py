"""All gateways: keeps every one at the newest configuration and tells each what the others learned."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from claudeflare.balancing.change import Change
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.balancing.waiting import LINES_SHOWN, WaitingLine
from claudeflare.control.budget_desk import BudgetDesk
from claudeflare.control.credential_answers import AnswerCredential, no_credential
from claudeflare.control.gateway_link import GatewayLink
from claudeflare.control.gauge_board import newest
from claudeflare.control.pending_changes import PendingChanges
from claudeflare.control.pin_answers import FindPins, answer_pins
from claudeflare.errors import ClaudeflareError
from claudeflare.gateway.messages import (
    PROTOCOL,
    BudgetClaim,
    ChangesMade,
    CredentialQuestion,
    Hello,
    InFlight,
    PinQuestion,
    Snapshot,
)
from claudeflare.journal.segments import writer_name
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

T = TypeVar("T")

RECENT_CHANGES = 10_000
"""Changes a new gateway is told beside the stored state, because they may not have come through the journal yet."""

RETRY_SECONDS = 1.0
"""How long to wait before reading the database again after it failed."""


class Gateways:
    """The set of links. Lives on the loop it was made on; the methods of `GatewayFeed` may be called by any thread."""

    def __init__(
        self,
        load_snapshot: Callable[[int], Snapshot],
        load_state: Callable[[], list[Change]],
        on_changes: Callable[[Sequence[Change]], None],
        find_pins: FindPins,
        retry_seconds: float = RETRY_SECONDS,
        *,
        answer_credential: AnswerCredential = no_credential,
        desk: BudgetDesk | None = None,
    ) -> None:
        """`load_snapshot(version)`, `load_state()` and `find_pins(ids)` read the database, in other threads.

        `on_changes` is told what gateways and the owner change, at once.
        """
        self._load_snapshot = load_snapshot
        self._load_state = load_state
        self._on_changes = on_changes
        self._find_pins = find_pins
        self._retry_seconds = retry_seconds
        self._answer_credential = answer_credential
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._tasks = TaskKeeper()
        self._links: tuple[GatewayLink, ...] = ()
        """Replaced, never changed in place: other threads read it."""
        self._recent = PendingChanges(RECENT_CHANGES)
        self._shed: Mapping[str, int] = {}
        """Replaced, never changed in place, too. Kept when a gateway goes: it may not have told its journal."""
        self._shed_payloads: Mapping[str, int] = {}
        """The same of payloads. No journal says it again: it counts since the gateways began."""
        self._version = 0
        self._stale = asyncio.Event()
        self._serving = False
        self._tasks.start(self._refresh(), "snapshots")

    def add_link(self, worker: int, descriptor: int) -> None:
        """Greet the gateway at the other end and keep it up to date. Owns the socket."""
        self._tasks.start(self._serve(worker, socket.socket(fileno=descriptor)), f"link to gateway {worker}")

    def serving(self) -> None:
        """Control answers HTTP now: say so to every gateway, and to those to come."""
        self._serving = True
        for link in self._links:
            link.put_answered()

    def configuration_changed(self) -> None:
        """See `GatewayFeed`."""
        self._loop.call_soon_threadsafe(self._stale.set)

    def changes_made(self, changes: Sequence[Change]) -> None:
        """See `GatewayFeed`."""
        self._on_changes(changes)
        self._loop.call_soon_threadsafe(self._tell, changes, None)

    def in_flight(self) -> dict[str, int]:
        """See `GatewayFeed`."""
        total: Counter[str] = Counter()
        for link in self._links:
            total.update(link.in_flight.accounts)
        return dict(total)

    def gauges(self) -> Mapping[str, Sequence[LimitGauge]]:
        """See `GatewayFeed`."""
        return newest(link.in_flight.limits for link in self._links)

    def waiting(self) -> tuple[int, list[WaitingLine]]:
        """See `GatewayFeed`."""
        said = [link.in_flight for link in self._links]
        lines = sorted((line for each in said for line in each.waiting_lines), key=lambda line: line.since)
        return sum(each.waiting for each in said), lines[:LINES_SHOWN]

    def shed_records(self) -> Mapping[str, int]:
        """See `GatewayFeed`."""
        return self._shed

    def connected(self) -> int:
        """See `GatewayFeed`."""
        return len(self._links)

    def shed_payloads(self) -> int:
        """See `GatewayFeed`."""
        return sum(self._shed_payloads.values())

    async def close(self) -> None:
        """Drop every link."""
        await self._tasks.close()

    def _note_shed(self, link: GatewayLink) -> None:
        if link.hello is None:
            return
        writer = writer_name(link.hello.boot_id, link.hello.worker)
        if link.in_flight.shed_records:
            self._shed = {**self._shed, writer: link.in_flight.shed_records}
        if link.in_flight.shed_payloads:
            self._shed_payloads = {**self._shed_payloads, writer: link.in_flight.shed_payloads}

    def _tell(self, changes: Sequence[Change], source: GatewayLink | None) -> None:
        self._recent.add(changes)
        for link in self._links:
            if link is not source:
                link.put_changes(changes)

    async def _refresh(self) -> None:
        """Send a new snapshot to all whenever the last one is stale."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            if self._links:  # without gateways nobody needs the secrets in memory
                self._version += 1
                load = partial(self._load_snapshot, self._version)
                snapshot = await self._persistently(load, "a snapshot")
                for link in self._links:
                    link.put_snapshot(snapshot)

    async def _serve(self, worker: int, sock: socket.socket) -> None:
        """One link's whole life."""
        reader, writer = await asyncio.open_unix_connection(sock=sock)
        link = GatewayLink(worker, reader, writer)
        tasks = TaskKeeper()
        try:
            async for message in link.messages():
                match message:
                    case Hello() if link.hello is None:
                        if not _understood(message):
                            return
                        link.hello = message
                        self._links = (*self._links, link)
                        tasks.start(self._greet(link), f"messages to gateway {worker}")
                    case ChangesMade():
                        self._on_changes(message.changes)
                        self._tell(message.changes, link)
                    case PinQuestion():
                        tasks.start(self._answer_pins(link, message), "where things are")
                    case CredentialQuestion():
                        tasks.start(self._answer_with_credential(link, message), "a credential")
                    case BudgetClaim() if self._desk is not None:
                        self._desk.note(message)
                        tasks.start(self._lease(self._desk, link, message), "a budget")
                    case InFlight():
                        link.in_flight = message
                        self._note_shed(link)
                    case _:
                        raise ValueError(f"a gateway does not say {type(message).__name__}")
        except OSError as error:
            log.debug("link to gateway %d broke: %s", worker, error)
        except ValueError as error:  # msgspec's errors are ValueErrors
            log.error("gateway %d says what cannot be understood (%s); its link is dropped", worker, error)
        finally:
            self._links = tuple(each for each in self._links if each is not link)
            try:
                await tasks.close()
            finally:  # control may end while its gateway's end is being dealt with
                link.close()

    async def _answer_pins(self, link: GatewayLink, question: PinQuestion) -> None:
        link.put_pins(await answer_pins(question, self._find_pins, self._recent))

    async def _answer_with_credential(self, link: GatewayLink, question: CredentialQuestion) -> None:
        link.put_credential(await self._answer_credential(question))

    async def _lease(self, desk: BudgetDesk, link: GatewayLink, claim: BudgetClaim) -> None:
        alive = {each.hello.boot_id for each in self._links if each.hello is not None}
        link.put_grant(await asyncio.to_thread(desk.answer, claim, alive))

    async def _greet(self, link: GatewayLink) -> None:
        recent = self._recent.copy()
        state = await self._persistently(self._load_state, "limits and bindings")
        self._stale.set()
        if self._serving:
            link.put_answered()
        with contextlib.suppress(OSError):  # the reading side notices too, and ends the link
            await link.send([*state, *recent])

    async def _persistently(self, load: Callable[[], T], what: str) -> T:
        """`load()` in a thread, again and again until it succeeds: a database comes back, a dropped link does not."""
        failed = False
        while True:
            try:
                return await asyncio.to_thread(load)
            except ClaudeflareError as error:
                if not failed:
                    log.error("gateways cannot be sent %s, trying again: %s", what, error)
                failed = True
                await asyncio.sleep(self._retry_seconds)

    def __repr__(self) -> str:
        return f"<Gateways {list(self._links)}, snapshot {self._version}>"


def _understood(hello: Hello) -> bool:
    if hello.protocol == PROTOCOL:
        return True
    both = (hello.worker, hello.pid, hello.protocol, PROTOCOL)
    log.error("gateway %d (pid %d) speaks protocol %d, control %d: an upgrade is half done; restart the server", *both)
    return False
