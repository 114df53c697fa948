"""Bodies such as a coding agent sends: each turn repeats all before it, and the cache marks move on."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


def words(source: random.Random, length: int) -> str:
    """Words that nobody has said before: a compressor finds no more in them than that some letters are frequent."""
    # The shortest has two letters and the blank behind it.
    said = ("".join(source.choices(LETTERS, k=source.randrange(2, 11))) for _ in range(length // 3 + 1))
    return " ".join(said)[:length]


def turns(count: int, seed: int = 1, turn_length: int = 6500) -> Iterator[tuple[bytes, bytes]]:
    """Request and answer of each turn: tools and instructions stay, messages are added, marks are on the last three."""
    source = random.Random(seed)
    tools = [{"name": f"Tool{n}", "description": words(source, 1500), "input_schema": {}} for n in range(16)]
    system = [{"type": "text", "text": words(source, 14_000), "cache_control": {"type": "ephemeral"}}]
    messages: list[dict[str, Any]] = []
    for _ in range(count):
        block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": words(source, turn_length * 7 // 10)}
        messages.append({"role": "user", "content": [block]})
        asked = {"model": "claude-opus-4-5", "messages": _marked(messages), "system": system, "tools": tools}
        answer = words(source, turn_length * 3 // 10)
        messages.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
        yield json.dumps(asked | {"stream": True}, separators=(",", ":")).encode(), _events(answer)


def _marked(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last_users = [n for n, message in enumerate(messages) if message["role"] == "user"][-3:]
    return [
        message | {"content": [message["content"][0] | {"cache_control": {"type": "ephemeral"}}]}
        if n in last_users
        else message
        for n, message in enumerate(messages)
    ]


def _events(text: str) -> bytes:
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text[at : at + 12]}}
        for at in range(0, len(text), 12)
    ]
    return b"".join(b"event: content_block_delta\ndata: %b\n\n" % json.dumps(delta).encode() for delta in deltas)
