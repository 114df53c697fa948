"""Turns an answer into the events of a stream, each with the tokens it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from claudeflare.simulator import usage as usages
from claudeflare.simulator.messages import Answer
from claudeflare.simulator.prompt import count_text


class Event(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    data: dict[str, Any]
    tokens: int = 0
    """Output tokens in it: what pacing goes by."""

    def encode(self) -> bytes:
        """The event on the wire."""
        return b"event: %s\ndata: %s\n\n" % (self.name.encode(), msgspec.json.encode(self.data))


def message_events(answer: Answer) -> Iterator[Event]:
    """The events of one answer, in the API's order (API docs, streaming); one ping follows the first block's start."""
    yield _event("message_start", message=_message_at_start(answer))
    for index, block in enumerate(answer.blocks):
        empty, deltas = _block_deltas(block)
        yield _event("content_block_start", index=index, content_block=empty)
        if index == 0:
            yield _event("ping")
        for delta, tokens in deltas:
            yield _event("content_block_delta", tokens, index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ending = {"stop_reason": answer.stop_reason, "stop_sequence": answer.stop_sequence}
    yield _event("message_delta", delta=ending, usage=usages.at_end(answer.usage))
    yield _event("message_stop")


def error_event(data: dict[str, Any]) -> Event:
    """An error in a stream that has begun."""
    return Event("error", data)


def _event(name: str, tokens: int = 0, /, **data: Any) -> Event:
    return Event(name, {"type": name, **data}, tokens)


def _message_at_start(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usages.at_start(answer.usage),
    }


def _block_deltas(block: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]]:
    """A block as it starts, and the deltas that fill it."""
    if block["type"] == "text":
        pieces = _pieces(block["text"])
        return {"type": "text", "text": ""}, [({"type": "text_delta", "text": p}, count_text(p)) for p in pieces]
    if block["type"] == "thinking":
        deltas = [({"type": "thinking_delta", "thinking": p}, count_text(p)) for p in _pieces(block["thinking"])]
        deltas.append(({"type": "signature_delta", "signature": block["signature"]}, 0))
        return {"type": "thinking", "thinking": "", "signature": ""}, deltas
    # The first delta of a tool's input is empty, and an empty input has no other.
    pieces = ["", *(_pieces(json.dumps(block["input"], ensure_ascii=False)) if block["input"] else [])]
    deltas = [({"type": "input_json_delta", "partial_json": p}, count_text(p)) for p in pieces]
    return {**block, "input": {}}, deltas


def _pieces(text: str) -> list[str]:
    """The text word by word, spaces before the words; joined they are the text."""
    return re.findall(r"\s*\S+|\s+$", text)
