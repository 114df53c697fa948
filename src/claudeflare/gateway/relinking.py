"""Between an upstream and an attempt, for the few answers whose URLs would lead the client past this server.

The only place where a body is changed. Such an answer is small: it is taken whole, and sent on with links that lead
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claudeflare.http1.response_parser import ResponseHead

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.attempt import Attempt
    from claudeflare.gateway.upstream_connection import Receiver

HELD_LIMIT: Final = 8_388_608
"""Bytes on the wire. A page of a thousand batches has less than one megabyte; a larger answer passes as it is."""

_REMADE: Final = frozenset({b"content-length", b"content-encoding", b"transfer-encoding"})


def receiver_of(exchange: ApiExchange, attempt: Attempt) -> Receiver:
    """Who takes in the answer to this request: nearly always the attempt itself."""
    head = exchange.head
    if head.host and exchange.provider.links_to_itself(head.path):
        own = exchange.server.settings.public_url.encode()
        return Relinking(exchange, attempt, own or b"http://" + head.host)
    return attempt


class Relinking:
    """Holds a good JSON answer until it is whole. Everything else goes through at once."""

    def __init__(self, exchange: ApiExchange, attempt: Attempt, origin: bytes) -> None:
        """`origin`: where the client reaches this server."""
        self._provider = exchange.provider
        self._attempt = attempt
        self._origin = origin
        self._head: ResponseHead | None = None
        """The head that is held; None once everything goes through."""
        self._held = bytearray()

    def on_response(self, head: ResponseHead) -> None:
        is_json = head.named.get(b"content-type", b"").lower().startswith(b"application/json")
        if is_json and 200 <= head.status < 300 and not head.bodiless:
            self._head = head
        else:
            self._attempt.on_response(head)

    def on_response_body(self, data: bytes) -> None:
        if self._head is None:
            self._attempt.on_response_body(data)
            return
        self._held += data
        if len(self._held) > HELD_LIMIT:
            self._pass_on(self._head, bytes(self._held))

    def on_head_read(self) -> None:
        if self._head is None:
            self._attempt.on_head_read()

    def on_response_end(self) -> None:
        head = self._head
        if head is not None:
            body = bytes(self._held)
            relinked = self._provider.relink(head.fields, body, self._origin)
            if relinked is None:
                self._pass_on(head, body)
            else:
                self._pass_on(_remade(head, len(relinked)), relinked)
        self._attempt.on_response_end()

    def on_lost(self, message: str) -> None:
        self._attempt.on_lost(message)

    def on_upstream_writable(self, writable: bool) -> None:
        self._attempt.on_upstream_writable(writable)

    def _pass_on(self, head: ResponseHead, body: bytes) -> None:
        self._head = None
        self._held.clear()
        self._attempt.on_response(head)
        if body:
            self._attempt.on_response_body(body)


def _remade(head: ResponseHead, length: int) -> ResponseHead:
    """The head of the same answer with a plain body of `length` bytes."""
    fields = [field for field in head.fields if field[0].lower() not in _REMADE]
    named = {name: value for name, value in head.named.items() if name not in _REMADE}
    return ResponseHead(head.status, head.reason, fields, named, length, False, head.bodiless, head.keep_alive)
