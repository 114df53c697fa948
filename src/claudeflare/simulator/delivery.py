"""Sends an answer: paced by the clock, encoded, broken where a fault says so, stopped when the client leaves."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import msgspec
from starlette.types import Message, Receive, Scope, Send

from claudeflare.simulator.clock import Clock
from claudeflare.simulator.connection import end_connection
from claudeflare.simulator.encoding import accepts, make_encoder
from claudeflare.simulator.faults import ENCODINGS, Fault, first_of
from claudeflare.simulator.seen import Witness

DEFAULT_AFTER = 3
"""Events sent before a stream is broken off, when the fault does not say."""


class Part(msgspec.Struct, frozen=True):
    """Bytes that are sent at once, after a pause."""

    data: bytes
    pause: float = 0.0
    """Simulated seconds since the part before."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, ready to be sent."""

    status: int
    fields: list[tuple[str, str]]
    """Headers, without those of framing and encoding."""
    parts: Sequence[Part]
    streaming: bool = False
    ends_connection: bool = False
    """The server closes the connection after it."""


class Channel(msgspec.Struct, frozen=True):
    """One request's way back to its client."""

    scope: Scope
    receive: Receive
    send: Send

    async def until_gone(self) -> None:
        """Return when the client has closed the connection; the request's body has been read."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def deliver(
    delivery: Delivery, faults: Sequence[Fault], channel: Channel, clock: Clock, witness: Witness
) -> None:
    """Send the answer to its end, to the point a fault sets, or until the client is gone."""
    sender = Sender(delivery, faults, channel, clock, witness)
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(sender.run())
        watching = group.create_task(channel.until_gone())
        await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            witness.ended()
            if sender.broke_off:
                await watching
        else:
            witness.client_gone()
        sending.cancel()
        watching.cancel()


class Sender:
    """Sends one answer with the faults it has met."""

    def __init__(
        self, delivery: Delivery, faults: Sequence[Fault], channel: Channel, clock: Clock, witness: Witness
    ) -> None:
        self.broke_off = False
        self._delivery = delivery
        self._faults = {fault.name: fault for fault in faults}
        self._channel = channel
        self._clock = clock
        self._witness = witness
        encoding = first_of(faults, ENCODINGS)
        wanted = encoding is not None and accepts(witness.request.header("accept-encoding") or "", encoding.name)
        self._encoding = encoding.name if encoding is not None and wanted else None
        self._encoder = make_encoder(self._encoding)

    async def run(self) -> None:
        """Send it."""
        if slow := self._faults.get("slow-first-byte"):
            await self._clock.sleep(2.0 if slow.seconds is None else slow.seconds)
        if "reset-before-answer" in self._faults:
            self._break_off("rst")
        elif "close-before-answer" in self._faults:
            self._break_off("fin")
        else:
            if (stall := self._faults.get("stall")) and stall.after is None:
                await self._stall(stall)
            await self._answer()

    async def _answer(self) -> None:
        abort = self._faults.get("abort-mid-stream")
        stall = self._faults.get("stall")
        parts = self._parts(cut=abort or stall)
        # Each part is due at a moment of its own, so that late timers do not add up.
        due = self._clock.now() + parts[0].pause
        await self._clock.sleep(parts[0].pause)
        await self._head(parts)
        for number, part in enumerate(parts):
            if number:
                due += part.pause
                await self._clock.sleep(due - self._clock.now())
            if abort and number == _strikes_after(abort, parts):
                break
            if stall and stall.after is not None and number == _strikes_after(stall, parts):
                await self._stall(stall)
                due = self._clock.now()
            await self._write(self._encoder.feed(part.data))
            self._witness.part_sent()
        if abort:
            self._break_off(abort.how)
            return
        await self._write(self._encoder.finish(), last=True)
        if self._delivery.ends_connection:
            end_connection(self._channel.scope, "fin")

    def _parts(self, cut: Fault | None) -> Sequence[Part]:
        """What to send; a whole answer that is to be cut comes in two halves."""
        if self._delivery.streaming:
            return self._delivery.parts
        whole = self._delivery.parts[0]
        if self._encoding:
            encoded = self._encoder.feed(whole.data) + self._encoder.finish()
            self._encoder = make_encoder(None)
            whole = Part(encoded, whole.pause)
        middle = len(whole.data) // 2
        return (Part(whole.data[:middle], whole.pause), Part(whole.data[middle:])) if cut else (whole,)

    async def _head(self, parts: Sequence[Part]) -> None:
        fields = list(self._delivery.fields)
        if self._encoding:
            fields += [("content-encoding", self._encoding), ("vary", "accept-encoding")]
        if not self._delivery.streaming and "chunk-bytes" not in self._faults:
            fields.append(("content-length", str(sum(len(part.data) for part in parts))))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        await self._channel.send({"type": "http.response.start", "status": self._delivery.status, "headers": raw})
        self._witness.begun(self._delivery.status)

    async def _write(self, data: bytes, *, last: bool = False) -> None:
        if "chunk-bytes" in self._faults and self._channel.scope["method"] != "HEAD":
            for position in range(len(data)):
                await self._channel.send(_body(data[position : position + 1]))
                await self._clock.sleep(0)
            data = b""
        if data or last:
            await self._channel.send(_body(data, more=not last))

    async def _stall(self, stall: Fault) -> None:
        await self._clock.sleep(math.inf if stall.seconds is None else stall.seconds)

    def _break_off(self, how: str) -> None:
        self.broke_off = True
        end_connection(self._channel.scope, "fin" if how == "fin" else "rst")


def _strikes_after(fault: Fault, parts: Sequence[Part]) -> int:
    """How many parts are sent before the fault strikes; always before the last byte."""
    return min(DEFAULT_AFTER if fault.after is None else fault.after, len(parts) - 1)


def _body(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
