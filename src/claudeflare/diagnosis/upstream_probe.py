"""The way to an upstream, step by step, as the gateway goes it: name, connection, proxy, TLS, one answer.

One `HEAD` of the base URL without a credential: whatever is answered, the way is open, and it costs nothing.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import NamedTuple

from claudeflare import __version__
from claudeflare.diagnosis.detached import detached
from claudeflare.gateway.dialing import Dialer
from claudeflare.gateway.egress import Egress, Proxy
from claudeflare.gateway.origin import Upstream
from claudeflare.gateway.resolver import Address, Resolver
from claudeflare.gateway.tls_sessions import client_tls
from claudeflare.settings import Settings

_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_DATE = re.compile(rb"\r\ndate:[ \t]*([^\r]*)", re.IGNORECASE)


class Step(Enum):
    """Where on the way it is."""

    NAME = "looking up the name"
    CONNECTION = "connecting"
    TLS = "TLS"
    HTTP = "waiting for an answer"


class Reached(NamedTuple):
    """What came back."""

    status: int
    date: float | None
    """UTC epoch seconds, by the upstream's clock."""


class NotHttp(Exception):
    """Something answered that is not HTTP."""


class Probe:
    """One way. After a failure `step` says where that was."""

    def __init__(self, settings: Settings, upstream: Upstream) -> None:
        self.step = Step.NAME
        self.upstream = upstream
        self.proxy: Proxy | None = None
        """Through which it leads."""
        self._settings = settings

    async def run(self) -> Reached:
        """Go it. Raises `OSError`, `SettingsError` (certificates to trust), `NotHttp`; the caller bounds the time."""
        origin = self.upstream.origin
        tls = client_tls(self._settings.ssl_cert_file) if origin.tls else None
        reader, writer = await self._connect(tls)
        try:
            self.step = Step.HTTP
            return await self._ask(reader, writer)
        finally:
            writer.transport.abort()

    async def certificate(self) -> bytes | None:
        """The certificate that is shown there, whoever signed it. Nothing is sent on that connection."""
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        _, writer = await self._connect(unverified)
        try:
            shown = writer.get_extra_info("ssl_object")
            certificate: bytes | None = shown.getpeercert(binary_form=True)
            return certificate
        finally:
            writer.transport.abort()

    async def _connect(self, tls: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        origin = self.upstream.origin
        egress = Egress(self._settings.https_proxy, self._settings.no_proxy)
        self.proxy = egress.proxy_for(origin)
        peer = self.proxy or origin
        self.step = Step.NAME
        addresses = await _lookup(peer.host, peer.port)

        async def known(_host: str, _port: int) -> Sequence[Address]:
            return addresses

        self.step = Step.CONNECTION
        dialer = Dialer(egress, Resolver(known))
        try:
            sock = await dialer.dial(origin)
        finally:
            await dialer.close()
        self.step = Step.TLS
        try:
            return await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=origin.host if tls else None)
        except BaseException:
            sock.close()
            raise

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Reached:
        path = self.upstream.prefix.decode() + "/"
        lines = [f"HEAD {path} HTTP/1.1", f"host: {self.upstream.host_field.decode()}"]
        lines += [f"user-agent: claudeflare/{__version__}", "connection: close", "", ""]
        writer.write("\r\n".join(lines).encode("ascii"))
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise NotHttp from error
        status = _HEAD.match(head)
        if status is None:
            raise NotHttp
        return Reached(int(status[1]), _date(head))


def _date(head: bytes) -> float | None:
    found = _DATE.search(head)
    try:
        return None if found is None else parsedate_to_datetime(found[1].decode("ascii")).timestamp()
    except ValueError:
        return None


async def _lookup(host: str, port: int) -> Sequence[Address]:
    """In a thread that nobody waits for: a name server that does not answer takes half a minute."""

    def ask() -> Sequence[Address]:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # as in `Address`

    return await detached(ask)
