"""An upstream whose every byte a test writes itself: real socket, no HTTP library, nothing between."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Script = Callable[["UpstreamPeer"], Awaitable[None]]


class UpstreamPeer:
    """The upstream's end of one connection from the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = b""
        self.body = b""

    async def read_request(self) -> bytes:
        """Read one whole request into `head` and (unframed) `body`; gives b"" when the connection closed instead."""
        try:
            self.head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        if [coding.lower() for coding in self.header(b"transfer-encoding")] == [b"chunked"]:
            self.body = await self._read_chunked()
        else:
            (length,) = self.header(b"content-length") or [b"0"]
            self.body = await self.reader.readexactly(int(length))
        return self.head

    async def _read_chunked(self) -> bytes:
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")
        return body

    def header(self, name: bytes) -> list[bytes]:
        """The values of a field in the latest request."""
        lines = self.head.split(b"\r\n")[1:]
        return [line.partition(b":")[2].strip() for line in lines if line.partition(b":")[0].lower() == name.lower()]

    async def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes = b"{}", status: bytes = b"200 OK", *headers: bytes) -> None:
        """Send a whole JSON response."""
        lines = [b"HTTP/1.1 " + status, b"content-type: application/json", b"content-length: %d" % len(body), *headers]
        await self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    async def begin_stream(self, *headers: bytes) -> None:
        """Send the head of an SSE response."""
        lines = [b"HTTP/1.1 200 OK", b"content-type: text/event-stream", b"transfer-encoding: chunked", *headers]
        await self.send(b"\r\n".join(lines) + b"\r\n\r\n")

    async def chunk(self, data: bytes) -> None:
        """Send one chunk."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def end_stream(self) -> None:
        """Send the last chunk."""
        await self.send(b"0\r\n\r\n")

    def reset(self) -> None:
        """Drop the connection with RST."""
        self.writer.transport.abort()

    async def gone(self) -> bool:
        """Wait until the gateway closes this connection; True when it does."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass
        return True


class ScriptedUpstream:
    """Runs one script per connection, in the order connections come; the last script serves all further ones."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.connections = 0
        self.peers: list[UpstreamPeer] = []
        self.failures: list[BaseException] = []
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        peer = UpstreamPeer(reader, writer)
        self.peers.append(peer)
        task = asyncio.get_running_loop().create_task(self._run(script, peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, script: Script, peer: UpstreamPeer) -> None:
        try:
            await script(peer)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.failures.append(error)
        finally:
            peer.writer.close()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.failures:
            raise self.failures[0]


@asynccontextmanager
async def scripted_upstream(*scripts: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedUpstream]:
    """A scripted upstream on a free port; a script's own failure (an assertion, say) fails the test at the end."""
    upstream = ScriptedUpstream(*scripts)
    server = await asyncio.start_server(upstream._accepted, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    upstream.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield upstream
    finally:
        server.close()
        await upstream.close()


def repeat(handler: Script) -> Script:
    """A script that answers every request on its connection by `handler`, until the connection is closed."""

    async def script(peer: UpstreamPeer) -> None:
        while await peer.read_request():
            await handler(peer)

    return script
