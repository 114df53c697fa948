"""Turns an answer into the events of a stream, each with the tokens it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from claudeflare.simulator import usage as usages
from claudeflare.simulator.messages import Answer
from claudeflare.simulator.prompt import CHARACTERS_PER_TOKEN


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
        empty, deltas = _block_deltas(block, answer.usage.thinking)
        yield _event("content_block_start", index=index, content_block=empty)
        if index == 0:
            yield _event("ping")
        for delta, tokens in deltas:
            yield _event("content_block_delta", tokens, index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ending: dict[str, Any] = {"stop_reason": answer.stop_reason, "stop_sequence": answer.stop_sequence}
    if answer.stop_details is not None:
        ending["stop_details"] = answer.stop_details
    if answer.container is not None:
        ending["container"] = answer.container
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
        "stop_details": None,
        **answer.report,
        "usage": usages.at_start(answer.usage),
    }


def _block_deltas(block: dict[str, Any], thought: int) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]]:
    """A block as it starts, and the deltas that fill it, each with its tokens."""
    match block["type"]:
        case "text":
            return _text_deltas(block)
        case "thinking":
            deltas = [({"type": "thinking_delta", "thinking": p}, n) for p, n in _pieces(block["thinking"])]
            # Thinking that is not shown takes its time all the same.
            hidden = 0 if block["thinking"] else thought
            deltas.append(({"type": "signature_delta", "signature": block["signature"]}, hidden))
            return {"type": "thinking", "thinking": "", "signature": ""}, deltas
        case "tool_use" | "server_tool_use":
            # The first delta of a tool's input is empty, and an empty input has no other.
            text = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
            deltas = [({"type": "input_json_delta", "partial_json": p}, n) for p, n in [("", 0), *_pieces(text)]]
            return {**block, "input": {}}, deltas
        case _:
            # What a server tool found comes whole.
            return block, []


def _text_deltas(block: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[dict[str, Any], int]]]:
    deltas = [({"type": "text_delta", "text": p}, n) for p, n in _pieces(block["text"])]
    if "citations" not in block:
        return {"type": "text", "text": ""}, deltas
    cited = [({"type": "citations_delta", "citation": citation}, 0) for citation in block["citations"]]
    return {"type": "text", "text": "", "citations": []}, [*cited, *deltas]


def _pieces(text: str) -> list[tuple[str, int]]:
    """The text word by word, spaces before the words, each with its share of the text's tokens."""
    pieces, length, tokens = [], 0, 0
    for piece in re.findall(r"\s*\S+|\s+$", text):
        length += len(piece)
        before, tokens = tokens, -(-length // CHARACTERS_PER_TOKEN)
        pieces.append((piece, tokens - before))
    return pieces
