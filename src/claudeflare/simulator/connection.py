"""The connection under a request, so that faults can break it for real: the one module that knows uvicorn's insides."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any, Literal

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT = "claudeflare.transport"
FIELDS = "claudeflare.fields"


class ExposedProtocol(HttpToolsProtocol):
    """uvicorn's protocol; the scope of its requests carries their transport, and their headers in the case they had."""

    def on_message_begin(self) -> None:
        """A request begins: its scope is new."""
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # a TypedDict that allows no extension of ours
        scope["extensions"] = {TRANSPORT: self.transport, FIELDS: []}

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, or a trailer."""
        wire_fields(self.scope).append((name, value))
        super().on_header(name, value)


def wire_fields(scope: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """A request's header fields as they came; those of the scope itself are in lower case."""
    fields: list[tuple[bytes, bytes]] = scope["extensions"][FIELDS]
    return fields


def end_connection(scope: Scope, how: Literal["rst", "fin"]) -> None:
    """Close the connection in the middle of things: with a reset, or as if all had been said."""
    transport: asyncio.Transport = scope["extensions"][TRANSPORT]
    if how == "fin":
        transport.close()
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Lingering for zero seconds turns the close into a reset (RFC 1122, 4.2.2.13).
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
