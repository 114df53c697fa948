"""Meters an answer that comes as one JSON document, and passes over answers that are neither that nor events."""

from __future__ import annotations

from typing import Final

import msgspec

from claudeflare.providers.anthropic import json_shapes, pins
from claudeflare.providers.anthropic.answer_meter import USAGE_LIMIT, AnswerMeter
from claudeflare.providers.anthropic.decompression import Decompressor
from claudeflare.providers.anthropic.error_shape import error_of
from claudeflare.providers.anthropic.json_shapes import Document
from claudeflare.providers.anthropic.lenient_json import TEXT_LIMIT, UNREADABLE, json_object, text
from claudeflare.providers.provider import Signal

BODY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes kept of a document, decompressed. The longest message a model can write is well below; more is not metered."""

_NOTHING: Final = Signal.NOTHING


class JsonMeter(AnswerMeter):
    """Keeps the document and reads it at its end. With `limit=0` it keeps nothing and only notices the first byte."""

    def __init__(self, decompressor: Decompressor | None = None, limit: int = BODY_LIMIT) -> None:
        super().__init__(decompressor)
        self._body: bytearray | None = bytearray() if limit else None
        """None when the document is not, or no longer, worth keeping."""
        self._limit = limit
        self._begun = False

    def feed(self, data: bytes) -> Signal:
        """Take the next body bytes, as on the wire."""
        if not data:
            return _NOTHING
        if self._body is not None:
            self._keep(data)
        if self._begun:
            return _NOTHING
        self._begun = True
        return Signal.FIRST_CONTENT

    def finish(self) -> None:
        """Read the document's envelope: a message, an error, or something else that says nothing of usage."""
        if self._body is None:
            return
        body, self._body = self._body, None
        document = _read(body)
        if document is None:
            return
        kind = _bounded(document.type)
        if kind == "message":
            self.message_id = _bounded(document.id)
            self.model = _bounded(document.model)
            self.stop_reason = _bounded(document.stop_reason)
            self.usage = json_object(document.usage, USAGE_LIMIT)
            if document.container:
                self.holdings = pins.of_message(document.container, body)
        elif document.error and (kind is None or kind == "error"):
            # The edge's 413 has no top-level type.
            error = error_of(document.error)
            self.error_type, self.error_message = error.type, error.message
            self.error_first = True
        elif document.id:
            self.holdings = pins.of_thing(kind, _bounded(document.id), document.expires_at)

    def _keep(self, data: bytes) -> None:
        assert self._body is not None
        if self._decompressor is not None:
            data = self._decompressor.feed(data)
        if len(self._body) + len(data) > self._limit or (self._decompressor is not None and self._decompressor.failed):
            self._body = None
        else:
            self._body += data


def _read(body: bytearray) -> Document | None:
    try:
        return json_shapes.document.decode(body)
    except msgspec.ValidationError:
        pass
    except UNREADABLE:
        return None
    try:
        odd = json_shapes.odd_document.decode(body)
    except UNREADABLE:
        return None
    return Document(
        text(odd.type), text(odd.id), text(odd.model), text(odd.stop_reason), odd.usage, odd.error, odd.container,
        odd.expires_at,
    )  # fmt: skip


def _bounded(value: str | None) -> str | None:
    return value[:TEXT_LIMIT] if value else None
