"""Meters a stream of events: usage, ends and errors. Almost every byte passes it in a few substring searches."""

from __future__ import annotations

import re
from typing import Final

from claudeflare.providers.anthropic import json_shapes, pins
from claudeflare.providers.anthropic.answer_meter import USAGE_LIMIT, AnswerMeter
from claudeflare.providers.anthropic.decompression import Decompressor
from claudeflare.providers.anthropic.error_shape import error_of
from claudeflare.providers.anthropic.json_shapes import Event, EventMessage
from claudeflare.providers.anthropic.lenient_json import UNREADABLE, RawJson, json_object, text
from claudeflare.providers.anthropic.sse import CompleteLines, data_values
from claudeflare.providers.provider import Signal

_NOTHING: Final = Signal.NOTHING
_BYTES_PER_TOKEN: Final = 4

# Plain integers while signals are gathered: combining IntFlag members costs more than reading an event.
_FIRST_EVENT, _FIRST_CONTENT = int(Signal.FIRST_EVENT), int(Signal.FIRST_CONTENT)
_FINISHED, _ERROR = int(Signal.FINISHED), int(Signal.ERROR)

_DELTA: Final = b'"delta":'
_SECOND_KEY: Final = len(_DELTA + b'{"type":"text_delta')
"""A delta's second key lies behind this: no delta's type is shorter than text_delta."""
_AROUND_VALUE: Final = len(b':""}}')

_BEFORE_VALUE = re.compile(
    rb'event: content_block_delta\ndata: \{"type":"content_block_delta","index":\d+,'
    rb'"delta":\{"type":"(?:text|thinking|input_json)_delta","\w+":"'
)
_BEHIND_VALUE: Final = b'"}}\n\n'

_TYPE_AT_START = re.compile(rb'\s*\{\s*"type"\s*:\s*"([a-z_]{1,64})"')


class StreamMeter(AnswerMeter):
    """Usage starts from `message_start`; each `message_delta` overwrites what it names, for its counts are cumulative.

    When a stream breaks off before any `message_delta`, the output is estimated from what was generated so far: one
    token per 4 bytes of text, thinking and tool input. That is at least characters / 4; thinking that the API does
    not show is not in it.
    """

    def __init__(self, decompressor: Decompressor | None = None) -> None:
        super().__init__(decompressor)
        self._lines = CompleteLines()
        self._generated_bytes = 0
        self._output_is_final = False
        self._seen = 0
        """Signals given so far."""
        self._before_value = b""
        """How the latest delta began, up to its value, where the next bytes can only begin an event; else empty."""

    def feed(self, data: bytes) -> Signal:
        """Take the next body bytes, as on the wire."""
        if self._decompressor is not None:
            data = self._decompressor.feed(data)
            if self._decompressor.failed:
                return self._give_up()
        before = self._before_value
        if before and data.startswith(before) and data.endswith(_BEHIND_VALUE):
            # One more of the same, as nearly all are. No quote in its value: so nothing can hide there.
            size = len(data) - len(before) - len(_BEHIND_VALUE)
            if data.find(b'"', len(before)) == len(before) + size:
                self._generated_bytes += size
                return _NOTHING
        lines = self._lines.feed(data)
        if lines is not data:
            self._before_value = b""
        if not lines:
            return _NOTHING
        # Once content flows only message_* and error events matter. Inside JSON strings quotes are escaped, so no
        # text can hide one, and none is missed either: a letter of the type could at most be written as \u00xx.
        # (`find` is twice as fast as `in` on bytes.)
        find = lines.find
        if self._seen & _FIRST_CONTENT and find(b'"message_') < 0 and find(b'"error"') < 0 and find(b"\\u00") < 0:
            self._generated_bytes += _generated_bytes(lines)
            if lines is data and not before and (match := _BEFORE_VALUE.match(data)) is not None:
                self._before_value = match[0]
            return _NOTHING
        self._before_value = b""
        return self._read(lines)

    def finish(self) -> None:
        """Read a last line that nothing ended, and estimate the output if its count never came."""
        if last := self._lines.finish():
            self._read(last)
        if self.usage is None or self._output_is_final:
            return
        counted = self.usage.get("output_tokens")
        estimate = -(-self._generated_bytes // _BYTES_PER_TOKEN)
        self.usage["output_tokens"] = max(counted, estimate) if isinstance(counted, int) else estimate
        self.usage_estimated = True
        self._output_is_final = True

    def _read(self, lines: bytes) -> Signal:
        signals = 0
        for data in data_values(lines):
            if self._seen & _FINISHED:
                break
            event_signals = self._read_event(data)
            signals |= event_signals
            self._seen |= event_signals
        return Signal(signals)

    def _read_event(self, data: bytes) -> int:
        try:
            event = json_shapes.event.decode(data)
        except UNREADABLE:
            start = _TYPE_AT_START.match(data)
            event = Event(type=start[1].decode() if start else "")
        kind = event.type
        if kind == "ping":
            return 0
        signals = 0 if self._seen & _FIRST_EVENT else _FIRST_EVENT
        if kind.startswith("content_block_"):
            if kind == "content_block_delta":
                self._generated_bytes += _generated_bytes(data + b"\n")
            return signals if self._seen & _FIRST_CONTENT else signals | _FIRST_CONTENT
        if kind == "message_start":
            self._start(event.message)
        elif kind == "message_delta":
            self._update(event)
        elif kind == "message_stop":
            signals |= _FINISHED
        elif kind == "error" or (not kind and event.error):
            self.error_first = signals & _FIRST_EVENT != 0
            error = error_of(event.error)
            self.error_type, self.error_message = error.type, error.message
            signals |= _ERROR
        return signals

    def _start(self, raw: RawJson) -> None:
        try:
            message = json_shapes.event_message.decode(raw)
        except UNREADABLE:
            return
        self.message_id = text(message.id)
        self.model = text(message.model)
        self.usage = json_object(message.usage, USAGE_LIMIT)

    def _update(self, event: Event) -> None:
        try:
            delta = json_shapes.event_message.decode(event.delta)
        except UNREADABLE:
            delta = EventMessage()
        self.stop_reason = text(delta.stop_reason) or self.stop_reason
        if delta.container:
            self.holdings = pins.of_message(delta.container)
        usage = json_object(event.usage, USAGE_LIMIT)
        if usage is None:
            return
        named = {name: value for name, value in usage.items() if value is not None}
        self.usage = {**(self.usage or {}), **named}
        self._output_is_final = self._output_is_final or "output_tokens" in named

    def _give_up(self) -> Signal:
        """The encoding cannot be read: say that all has begun, so that nobody waits for an event never to be seen."""
        signals = (_FIRST_EVENT | _FIRST_CONTENT) & ~self._seen
        self._seen |= signals
        return Signal(signals) if signals else _NOTHING


def _generated_bytes(lines: bytes) -> int:
    """Bytes of text, thinking and tool input in the deltas of complete lines, JSON escapes included.

    `"delta":{"type":"text_delta","text":"Hello"}}`: the value begins behind the colon of the second key, and after it
    come three characters and the line's end. Signatures are not generated output.
    """
    total = 0
    find = lines.find
    delta = find(_DELTA)
    while delta >= 0:
        line_end = find(b"\n", delta)
        second_key = delta + _SECOND_KEY
        colon = find(b":", second_key, line_end)
        length = line_end - colon - _AROUND_VALUE
        if colon > 0 and length > 0 and find(b"signature", delta, second_key) < 0:
            total += length
        delta = find(_DELTA, line_end)
    return total
