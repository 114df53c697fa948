"""A gateway's end of its link to control, for tests that stand in for the gateway."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from typing import Any, TypeVar

from claudeflare.gateway.link import MessageDecoder, encode_message
from claudeflare.gateway.messages import PROTOCOL, ChangesMade, Hello, LinkMessage, Snapshot

M = TypeVar("M")

PATIENCE = 10.0


class GatewayEnd:
    """Sends what a gateway would say and returns, in order, what control says."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        sock.setblocking(False)
        self._decoder: MessageDecoder[Any] = MessageDecoder(LinkMessage)  # type: ignore[arg-type]
        self._received: deque[LinkMessage] = deque()

    async def send(self, message: LinkMessage) -> None:
        await self.send_bytes(encode_message(message))

    async def send_bytes(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._sock, data)

    async def hello(self, worker: int = 0, protocol: int = PROTOCOL) -> None:
        await self.send(Hello(worker, os.getpid(), f"boot-{worker}", protocol))

    async def greeted(self, worker: int = 0) -> tuple[ChangesMade, Snapshot]:
        """Say hello and take what has to come first."""
        await self.hello(worker)
        return await self.next(ChangesMade), await self.next(Snapshot)

    async def next(self, kind: type[M]) -> M:
        """The next message, which has to be of this kind."""
        while not self._received:
            data = await self._receive()
            assert data, "control closed the link"
            self._received.extend(self._decoder.feed(data))
        message = self._received.popleft()
        assert isinstance(message, kind), message
        return message

    async def newest_snapshot(self, version: int) -> Snapshot:
        """Snapshots are taken until this version or a newer one came."""
        while (snapshot := await self.next(Snapshot)).version < version:
            pass
        return snapshot

    async def ended(self) -> None:
        """Control closes the link, whatever it says before."""
        while await self._receive():
            pass

    def close(self) -> None:
        self._sock.close()

    async def _receive(self) -> bytes:
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._sock, 65_536), PATIENCE)
        except ConnectionResetError:
            return b""
