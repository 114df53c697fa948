"""The gateway's end of its link to control: takes snapshots and changes in, sends what the pool learnt."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from typing import cast

import msgspec

from claudeflare.gateway.link import MessageDecoder, encode_message
from claudeflare.gateway.messages import (
    Answered,
    BudgetClaim,
    BudgetGrant,
    ChangesMade,
    CredentialAnswer,
    CredentialQuestion,
    Hello,
    InFlight,
    LinkMessage,
    PinAnswer,
    PinQuestion,
    Snapshot,
)
from claudeflare.gateway.server import GatewayServer

log = logging.getLogger(__name__)

UNSENT_LIMIT = 16 * 1024 * 1024
"""Bytes that may wait for a control that does not read; beyond it changes go through the journal only."""


class ControlLink(asyncio.Protocol):
    """One link, from the descriptor the supervisor passed until either end goes. A newer link replaces it."""

    def __init__(self, server: GatewayServer, worker: int, boot_id: str) -> None:
        self._server = server
        self._hello = Hello(worker, os.getpid(), boot_id)
        self._decoder: MessageDecoder[LinkMessage] = MessageDecoder(LinkMessage)  # type: ignore[arg-type]  # a union
        self._transport: asyncio.Transport
        self._replaced = False

    @classmethod
    async def open(cls, server: GatewayServer, worker: int, boot_id: str, descriptor: int) -> ControlLink:
        """Serve the link on a socket's descriptor, which is ours from now on."""
        sock = socket.socket(fileno=descriptor)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        transport, link = await loop.create_unix_connection(lambda: cls(server, worker, boot_id), sock=sock)
        if transport.is_closing():
            # Control went meanwhile and uvloop has closed the descriptor, or will. It takes the socket object over only
            # when this returns: closed once more by it, the number may be a client's connection by now.
            sock.detach()
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = transport = cast(asyncio.Transport, transport)
        transport.write(encode_message(self._hello))
        self._server.control.connected(self._tell)
        self._server.client_keys.admission.claims.opened(self._hello.boot_id, self._tell)

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._decoder.feed(data)
        except (ValueError, msgspec.MsgspecError) as error:
            log.error("control's messages make no sense, the link is dropped: %s", error)
            self._transport.abort()
            return
        for message in messages:
            self._take(message)

    def _take(self, message: LinkMessage) -> None:
        match message:
            case Snapshot():
                self._server.apply_snapshot(message)
                log.info("%d accounts, strategy %s", len(message.accounts), message.strategy)
            case ChangesMade(changes=changes):
                self._server.apply_changes(changes)
            case Answered():
                self._server.control.serves()
            case PinAnswer():
                self._server.control.pin_questions.answered(message)
            case BudgetGrant():
                self._server.client_keys.admission.claims.answered(message)
            case CredentialAnswer():
                self._server.control.credential_told(message)
            case Hello() | InFlight() | PinQuestion() | BudgetClaim() | CredentialQuestion():
                log.error("control sent %s, which only a gateway sends", type(message).__name__)

    def _tell(self, message: ChangesMade | InFlight | PinQuestion | BudgetClaim | CredentialQuestion) -> None:
        if self._transport.get_write_buffer_size() < UNSENT_LIMIT:
            self._transport.write(encode_message(message))

    def connection_lost(self, error: Exception | None) -> None:
        if not self._replaced:
            self._server.control.lost()
            self._server.client_keys.admission.claims.lost()
            log.info("control is gone; serving from the last snapshot")

    def replace(self) -> None:
        """A newer link has been opened; this one ends without control counting as lost."""
        self._replaced = True
        self._transport.abort()
