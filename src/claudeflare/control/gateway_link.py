"""Control's end of the link to one gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

from claudeflare.balancing.change import Change
from claudeflare.control.pending_changes import PendingChanges
from claudeflare.gateway.link import MessageDecoder, encode_message
from claudeflare.gateway.messages import (
    Answered,
    BudgetGrant,
    ChangesMade,
    CredentialAnswer,
    Hello,
    InFlight,
    LinkMessage,
    PinAnswer,
    Snapshot,
)

log = logging.getLogger(__name__)

READ_BYTES = 65_536
PENDING_LIMIT = 100_000
"""Changes kept for a gateway that does not read."""


class GatewayLink:
    """What one gateway has said, and what it has yet to be told.

    A gateway that reads slowly costs bounded memory and is never cut off: it misses nothing but superseded snapshots
    and changes.
    """

    def __init__(self, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.worker = worker
        self.hello: Hello | None = None
        self.in_flight = InFlight(accounts={}, open_connections=0)
        self._reader = reader
        self._writer = writer
        self._changes = PendingChanges(PENDING_LIMIT)
        self._snapshot: Snapshot | None = None
        self._snapshot_sent = False
        self._answered: Answered | None = None
        self._answers: list[PinAnswer | CredentialAnswer | BudgetGrant] = []
        self._wake = asyncio.Event()

    def put_changes(self, changes: Sequence[Change]) -> None:
        """Send these changes soon."""
        self._changes.add(changes)
        self._wake.set()

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Send this snapshot soon; it replaces one that still waits."""
        self._snapshot = snapshot
        self._wake.set()

    def put_answered(self) -> None:
        """Say, once the gateway has a snapshot, that control serves HTTP."""
        self._answered = Answered()
        self._wake.set()

    def put_pins(self, answer: PinAnswer) -> None:
        """Send this answer soon."""
        self._answers.append(answer)
        self._wake.set()

    def put_credential(self, answer: CredentialAnswer) -> None:
        """Send this answer soon, after the changes that were put before it."""
        self._answers.append(answer)
        self._wake.set()

    def put_grant(self, answer: BudgetGrant) -> None:
        """Send this answer soon, after the snapshot with the budget it is about."""
        self._answers.append(answer)
        self._wake.set()

    async def messages(self) -> AsyncIterator[LinkMessage]:
        """What the gateway says, until the link ends. Raises `ValueError` when it makes no sense."""
        decoder: MessageDecoder[LinkMessage] = MessageDecoder(LinkMessage)  # type: ignore[arg-type]  # a union is a type
        while data := await self._reader.read(READ_BYTES):
            for message in decoder.feed(data):
                yield message

    async def send(self, state: Sequence[Change]) -> None:
        """Send `state`, the durable state the gateway starts from, and then whatever is put, until cancelled."""
        # Before everything put meanwhile: that is newer.
        self._writer.write(encode_message(ChangesMade(list(state))))
        while True:
            for message in self._take():
                self._writer.write(encode_message(message))
                await self._writer.drain()
            await self._wake.wait()

    def close(self) -> None:
        """Drop the link. The gateway goes on with what it has."""
        self._writer.transport.abort()  # `close` would wait for a gateway that does not read

    def _take(self) -> list[LinkMessage]:
        """What is to be sent now, accounts before what is said about them."""
        self._wake.clear()
        messages: list[LinkMessage] = []
        if self._snapshot is not None:
            messages.append(self._snapshot)
            self._snapshot, self._snapshot_sent = None, True
        if self._changes:
            messages.append(ChangesMade(self._changes.take()))
        messages += self._answers
        self._answers.clear()
        if self._answered is not None and self._snapshot_sent:
            messages.append(self._answered)
            self._answered = None
        return messages

    def __repr__(self) -> str:
        said = f"pid {self.hello.pid}" if self.hello else "no hello yet"
        return f"<GatewayLink worker {self.worker}, {said}>"
