"""A real gateway in the test's own event loop: real sockets, real journal, accounts given directly."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from claudeflare.balancing.account import Account
from claudeflare.gateway.messages import Snapshot
from claudeflare.gateway.server import GatewayServer
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.records import Finished, Frame, Opened
from claudeflare.journal.writer import JournalWriter
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.provider import Credential
from claudeflare.settings import Settings

FAST = {"retry_delay_ms": 1, "queue_max_wait": 0.0}
"""Back-offs that do not slow tests down; their lengths are tested where they are decided. Queues by request only."""


def account(name: str, **configuration: object) -> Account:
    """An account whose id is its name with a prefix."""
    return Account(id=f"id-{name}", name=name, **configuration)  # type: ignore[arg-type]


class RunningGateway:
    """One gateway, its port, and what it has written down."""

    def __init__(self, server: GatewayServer, port: int, journal: Path, writer: JournalWriter) -> None:
        self.server = server
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._reader = JournalReader(journal)
        self._writer = writer
        self._frames: list[Frame] = []

    def frames(self) -> list[Frame]:
        """Every frame so far."""
        while batch := self._reader.read():
            self._frames.extend(read.frame for read in batch)
            self._reader.commit()
        return self._frames

    def records(self) -> list[Finished]:
        """The final record of every request, in the order they were first finished."""
        finished: dict[str, Finished] = {}
        for frame in self.frames():
            if isinstance(frame, Finished):
                finished[frame.id] = frame
        return list(finished.values())

    def opened(self) -> list[Opened]:
        return [frame for frame in self.frames() if isinstance(frame, Opened)]

    async def record(self) -> Finished:
        """The one record there is, waiting for the loop to get to it."""
        for _ in range(1000):
            if records := self.records():
                assert len(records) == 1, records
                return records[0]
            await asyncio.sleep(0)
        raise AssertionError("nothing was recorded")

    def configure(self, accounts: Sequence[Account], version: int = 1) -> None:
        """Give the gateway its accounts, as control would."""
        self.server.apply_snapshot(
            Snapshot(
                version=version,
                accounts=list(accounts),
                credentials={a.id: Credential("api-key", f"sk-ant-{a.name}") for a in accounts},
                strategy="session",
                session_seconds=18_000,
            )
        )

    def later(self, seconds: float) -> None:
        """Have deadlines checked as if so much time had passed."""
        for connection in list(self.server._connections):
            connection.check_deadlines(monotonic() + seconds)

    def half_closed(self) -> bool:
        """Whether the gateway has seen some client close its sending side."""
        return any(connection._half_closed_at is not None for connection in self.server._connections)

    def in_progress(self) -> bool:
        """Whether some request is in progress."""
        return any(not connection.idle for connection in self.server._connections)

    def reading_head(self) -> bool:
        """Whether part of a request's head has come."""
        return any(connection._parser.in_head for connection in self.server._connections)

    def blocked(self) -> bool:
        """Whether some client does not take what it is sent."""
        return any(not connection._writable for connection in self.server._connections)

    async def connect(self) -> RawClient:
        """A client that writes its own bytes."""
        return RawClient(*await asyncio.open_connection("127.0.0.1", self.port))


class RawClient:
    """A client whose every byte a test writes itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def request(
        self, path: str = "/v1/messages", body: bytes = b"{}", method: str = "POST", *headers: str
    ) -> None:
        lines = [f"{method} {path} HTTP/1.1", "host: localhost", *headers]
        if body or method == "POST":
            lines.append(f"content-length: {len(body)}")
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def response(self) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields by lower-case name, and the unframed body."""
        lines = (await self.head()).decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if status in (204, 304):
            body = b""
        elif "content-length" in fields:
            body = await self.reader.readexactly(int(fields["content-length"]))
        elif fields.get("transfer-encoding") == "chunked":
            body = b"".join([chunk async for chunk in self.chunks()])
        else:
            body = await self.reader.read()
        return status, fields, body

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")

    async def rest_of_chunks(self) -> bytes:
        return b"".join([chunk async for chunk in self.chunks()])

    async def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        return await self.reader.read()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Vanish with RST, as a killed client does that had bytes unread."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def running_gateway(
    upstream_url: str,
    directory: Path,
    accounts: Sequence[Account] | None = (),
    control_socket: str | None = None,
    **settings: object,
) -> AsyncIterator[RunningGateway]:
    """A gateway before `upstream_url`; `accounts=None` leaves it without a snapshot, an empty list passes through."""
    directory.mkdir(exist_ok=True)
    journal = JournalWriter(directory, 0, "test")
    configured = Settings(upstream_url=upstream_url, **{**FAST, **settings})  # type: ignore[arg-type]
    server = GatewayServer(configured, AnthropicProvider(), journal, control_socket)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    await server.listen(sock)
    gateway = RunningGateway(server, sock.getsockname()[1], directory, journal)
    if accounts is not None:
        gateway.configure(accounts)
    try:
        yield gateway
    finally:
        await server.close()
        await asyncio.sleep(0)  # uvloop frees an aborted transport in its next turn
        journal.close()
