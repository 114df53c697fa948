"""A request's prompt as the API reads it: tools, system and messages in one sequence of blocks, counted and hashed.

Counting rule (the real tokenizer is not public): one token for every four characters of text or JSON, rounded up for
each block, four for the frame of each message, and 1500 for an image or a document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from claudeflare.simulator.conversation import blocks_of

CHARACTERS_PER_TOKEN = 4
MESSAGE_TOKENS = 4
MEDIA_TOKENS = 1500

Ttl = Literal["5m", "1h"]


class PromptBlock(msgspec.Struct, frozen=True):
    """One block and everything before it."""

    tokens_to_here: int
    prefix_hash: str
    cached_for: Ttl | None
    """Set where the request marks the end of a prefix to cache."""


class Prompt(msgspec.Struct, frozen=True):
    """The whole sequence."""

    blocks: tuple[PromptBlock, ...]

    @property
    def tokens(self) -> int:
        """Length of the prompt."""
        return self.blocks[-1].tokens_to_here if self.blocks else 0


def count_text(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def read_prompt(body: dict[str, Any]) -> Prompt:
    """The prompt of a validated request body."""
    digest, tokens = hashlib.sha256(), 0
    blocks: list[PromptBlock] = []
    for role, block, frame in _sequence(body):
        digest.update(block_digest(role, block))
        tokens += frame + _block_tokens(_content(block))
        blocks.append(PromptBlock(tokens, digest.copy().hexdigest(), _ttl(block)))
    if blocks and (ttl := _ttl(body)):
        # Automatic caching: a mark at the request's top level means its last block.
        blocks[-1] = msgspec.structs.replace(blocks[-1], cached_for=ttl)
    return Prompt(tuple(blocks))


def block_digest(role: str, block: dict[str, Any]) -> bytes:
    """What tells this block from others; marks for the cache are not part of it."""
    return role.encode() + msgspec.json.encode(_content(block), order="sorted")


def framing(body: dict[str, Any]) -> bytes:
    """What stands before the messages, tools and system, in the same form."""
    before = {**body, "messages": ()}
    return b"".join(block_digest(role, block) for role, block, _ in _sequence(before))


def _content(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name != "cache_control"}


def _sequence(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Role, block and tokens of framing, in the order prefixes are cached in."""
    for tool in body.get("tools") or ():
        yield "tools", tool, 0
    system = body.get("system") or ()
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield "system", block, 0
    for message in body["messages"]:
        for position, block in enumerate(blocks_of(message)):
            yield message["role"], block, 0 if position else MESSAGE_TOKENS


def _block_tokens(block: dict[str, Any]) -> int:
    if block.get("type") == "text":
        return count_text(block["text"])
    if block.get("type") == "thinking":
        return count_text(block["thinking"])
    if block.get("type") in ("image", "document"):
        return MEDIA_TOKENS
    return count_text(msgspec.json.encode(block).decode())


def _ttl(marked: dict[str, Any]) -> Ttl | None:
    control = marked.get("cache_control")
    if not isinstance(control, dict):
        return None
    return "1h" if control.get("ttl") == "1h" else "5m"
