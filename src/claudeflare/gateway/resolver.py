"""Names to addresses: asked once for many connections, and answered from memory while no name server answers."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

FRESH_SECONDS = 30.0
"""How long an answer is used without asking again: a burst of connections asks once. `getaddrinfo` hides the TTL."""
STALE_SECONDS = 86_400.0
"""How long an old answer serves when no new one can be had (RFC 8767 §4: one to three days)."""

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int] | tuple[str, int, int, int]]
"""As `socket.getaddrinfo` gives it."""
Lookup = Callable[[str, int], Awaitable[Sequence[Address]]]


class _Answer(NamedTuple):
    addresses: list[Address]
    at: float


class Resolver:
    """One per process; a lookup goes on for the others when the one who asked first has given up."""

    def __init__(self, lookup: Lookup | None = None, clock: Callable[[], float] | None = None) -> None:
        self._lookup = lookup or _system_lookup
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._answers: dict[tuple[str, int], _Answer] = {}
        self._asking: dict[tuple[str, int], asyncio.Task[list[Address]]] = {}
        self._tasks = TaskKeeper()

    async def resolve(self, host: str, port: int) -> list[Address]:
        """Addresses to try, in the order the system prefers. Raises `OSError` when the name is not known."""
        if (literal := _literal(host, port)) is not None:
            return [literal]
        name = (host, port)
        known = self._answers.get(name)
        now = self._clock()
        if known is not None and now - known.at <= FRESH_SECONDS:
            return known.addresses
        try:
            return await asyncio.shield(self._ask(name))
        except OSError as error:
            if known is None or now - known.at > STALE_SECONDS:
                raise
            log.warning("%s cannot be resolved (%s); its last known addresses are used", host, error)
            return known.addresses

    def _ask(self, name: tuple[str, int]) -> asyncio.Task[list[Address]]:
        task = self._asking.get(name)
        if task is None:
            task = self._asking[name] = self._tasks.start(self._answer(name), name=f"resolve {name[0]}")
            # Whoever asked may have given up by then; a failure that nobody hears is no failure of ours.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _answer(self, name: tuple[str, int]) -> list[Address]:
        try:
            addresses = list(await self._lookup(*name))
        finally:
            del self._asking[name]
        self._answers[name] = _Answer(addresses, self._clock())
        return addresses

    async def close(self) -> None:
        """Call off what is being asked."""
        await self._tasks.close()

    def __repr__(self) -> str:
        return f"<Resolver {sorted({host for host, _ in self._answers})}>"


async def _system_lookup(host: str, port: int) -> Sequence[Address]:
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]


def _literal(host: str, port: int) -> Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if address.version == 4:
        return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)
    return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0)
