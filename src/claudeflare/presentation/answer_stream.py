"""A recorded stream of server-sent events -> the message it told of (API docs: Streaming Messages). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from claudeflare.presentation.partial_json import read_json

Json = dict[str, Any]

MOST_BLOCKS: Final = 10_000
"""An index beyond is no place in a message, but nonsense that must not cost memory."""


@dataclass(slots=True)
class StreamedMessage:
    """The message as an answer without a stream would have told it, as far as the events go."""

    message: Json = field(default_factory=dict)
    ended: bool = False
    """Whether `message_stop` was seen."""
    error: tuple[str, str] | None = None
    """Type and message of an `error` event."""


def assemble(text: str) -> StreamedMessage:
    """Put it together. Events that cannot be read are passed over: of a stream that broke off, the last one."""
    found = StreamedMessage()
    blocks: dict[int, _Growing] = {}
    for data in event_data(text):
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            _take(found, blocks, event)
    found.message["content"] = [blocks[index].finished() for index in sorted(blocks)]
    return found


def event_data(text: str) -> Iterator[str]:
    """The data of each event (WHATWG HTML §9.2.6), that of one which is cut off included."""
    data: list[str] = []
    # Not splitlines: a form feed or U+2028 within a text ends no line here.
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line and data:
            yield "\n".join(data)
            data = []
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
    if data:
        yield "\n".join(data)


def _take(found: StreamedMessage, blocks: dict[int, _Growing], event: Json) -> None:
    given = event.get("index")
    index = given if isinstance(given, int) and 0 <= given < MOST_BLOCKS else 0
    match event.get("type"):
        case "message_start":
            found.message = dict(_object(event.get("message")))
        case "content_block_start":
            blocks[index] = _Growing(_object(event.get("content_block")))
        case "content_block_delta":
            blocks.setdefault(index, _Growing({})).grow(_object(event.get("delta")))
        case "message_delta":
            usage = _object(found.message.get("usage")) | _object(event.get("usage"))
            found.message |= _object(event.get("delta")) | {"usage": usage}
        case "message_stop":
            found.ended = True
        case "error":
            error = _object(event.get("error"))
            found.error = str(error.get("type") or "error"), str(error.get("message") or "")


class _Growing:
    """One content block while its deltas come."""

    TEXTS: Final = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
    """Deltas that add to a text -> the field that holds the addition, and what it adds to."""

    def __init__(self, block: Json) -> None:
        self._block = dict(block)
        self._texts: dict[str, list[str]] = {}

    def grow(self, delta: Json) -> None:
        """Take one delta. Of a kind that nobody knows it is kept, so that it can be seen."""
        kind = delta.get("type")
        if kind in self.TEXTS:
            name = self.TEXTS[kind]
            self._texts.setdefault(name, []).append(str(delta.get(name) or ""))
        elif kind == "signature_delta":
            self._block["signature"] = delta.get("signature")
        elif kind == "citations_delta":
            self._block["citations"] = [*(self._block.get("citations") or []), delta.get("citation")]
        else:
            self._block["deltas"] = [*self._block.get("deltas", []), delta]

    def finished(self) -> Json:
        """The block; a tool's input, which comes in pieces of JSON, as a value."""
        pieces = {name: "".join(texts) for name, texts in self._texts.items()}
        written = pieces.pop("partial_json", "")
        block = self._block | {name: str(self._block.get(name) or "") + text for name, text in pieces.items()}
        if not written:
            return block
        read = read_json(written)
        if read is None:
            return block | {"input": written, "broken_off": True}
        return block | {"input": read.value} | ({} if read.whole else {"broken_off": True})

    def __repr__(self) -> str:
        return f"<_Growing {self._block.get('type')}>"


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
