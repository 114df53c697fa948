"""An HTTP proxy that opens tunnels: every name leads to one port of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ConnectProxy:
    """Keeps each head it got. With `reply` set it says that instead and closes; with b"" it just closes."""

    def __init__(self, target: int, reply: bytes | None) -> None:
        self._target = target
        self._reply = reply
        self._tasks: set[asyncio.Task[None]] = set()
        self.heads: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ends = [writer]
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            if self._reply is not None:
                writer.write(self._reply)
                await writer.drain()
                return
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(back)
            # In two pieces: a head may come in any.
            writer.write(b"HTTP/1.1 200 Connection ")
            await writer.drain()
            writer.write(b"established\r\nvia: 1.1 test\r\n\r\n")
            await asyncio.gather(pump(reader, back), pump(there, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for end in ends:
                end.transport.abort() if len(ends) > 1 else end.close()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until their end, and then the end."""
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def connect_proxy(target: int = 0, reply: bytes | None = None) -> AsyncIterator[ConnectProxy]:
    """A proxy on a free port whose tunnels lead to `target`."""
    proxy = ConnectProxy(target, reply)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
