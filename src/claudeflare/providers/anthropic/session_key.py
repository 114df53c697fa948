"""Which conversation a request belongs to, when the client does not say so in a header of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from claudeflare.providers.anthropic import json_shapes
from claudeflare.providers.anthropic.json_shapes import Message as Message
from claudeflare.providers.anthropic.lenient_json import UNREADABLE, RawJson, text

HASHED_BYTES: Final = 1_000
"""Bytes of each part that go into a hash: all of a long prompt would cost more than everything else in a request."""

MAX_LENGTH: Final = 200
"""Characters of a session id taken over as they are; ids come from clients and become keys of learned state."""

_OLD_FORM = re.compile(r"_session_([0-9a-fA-F-]{36})$")
_CACHE_MARK = b'"cache_control"'
_USER = b'"user"'


def bounded(session: str) -> str:
    """A session id no longer than `MAX_LENGTH`: a longer one is replaced by its hash."""
    return session if len(session) <= MAX_LENGTH else "long:" + _short_hash([session.encode()])


def user_id_in(metadata: RawJson) -> str | None:
    """The text `metadata.user_id`; None when it is something else."""
    try:
        return text(json_shapes.odd_metadata.decode(metadata).user_id)
    except UNREADABLE:
        return None


def session_in_user_id(user_id: str) -> str | None:
    """The session in that text as Claude Code writes it, in either form; None when it is something else.

    Old: `user_<device>_account_<uuid>_session_<uuid>`. Since 2.1.78: a JSON object in the string, with `session_id`.
    """
    if user_id.startswith("{"):
        try:
            session = text(json_shapes.user_id.decode(user_id).session_id)
        except UNREADABLE:
            return None
        return bounded(session) if session else None
    old_form = _OLD_FORM.search(user_id)
    return old_form[1] if old_form else None


def messages_in(conversation: RawJson) -> list[Message]:
    """The messages of an array that may hold anything: an element that is no object has neither role nor content."""
    try:
        return [_readable(raw) for raw in json_shapes.messages.decode(conversation)]
    except UNREADABLE:
        return []


def session_from_content(system: RawJson, messages: list[Message]) -> str | None:
    """A hash of the system prompt and the first user message, which stay while a conversation grows; None without one.

    Only the words count: clients move `cache_control` marks from turn to turn and send the same text as a string or as
    blocks. Of long texts both ends and the length count, so that a shared preamble does not merge conversations.
    """
    first = _first_user_content(messages)
    if first is None:
        return None
    parts = [b"system", *_ends(system), b"user", *_ends(first)]
    return "hash:" + _short_hash(parts)


def prefix_hash(tools: RawJson, system: RawJson, messages: list[Message]) -> str | None:
    """A hash over the start of tools, system and first message as sent, but for cache marks; None when all are missing.

    Equal for turns that can share a prompt cache. Unequal does not prove that they cannot.
    """
    first = messages[0] if messages else Message()
    parts = [_without_cache_marks(_start(raw)) for raw in (tools, system, first.role, first.content)]
    return _short_hash(parts) if any(parts) else None


def _start(raw: RawJson) -> bytes:
    return bytes(memoryview(raw)[:HASHED_BYTES]) if raw else b""


def _readable(raw: msgspec.Raw) -> Message:
    try:
        return json_shapes.message.decode(raw)
    except UNREADABLE:
        return Message()


def _first_user_content(messages: list[Message]) -> msgspec.Raw | None:
    for message in messages:
        if bytes(message.role) == _USER or text(message.role) == "user":
            return message.content
    return None


def _words(content: RawJson) -> memoryview:
    """The texts (and sources of images and documents) of a string or a list of blocks, as raw JSON. Not a copy."""
    raw = memoryview(content)
    if bytes(raw[:1]) != b"[":
        return raw
    try:
        return memoryview(
            b"\0".join([bytes(block.text) + bytes(block.source) for block in json_shapes.blocks.decode(raw)])
        )
    except UNREADABLE:
        return raw


def _without_cache_marks(part: bytes) -> bytes:
    """Raw JSON without `"cache_control":{…}` and the comma that goes with it. Quotes inside texts are escaped."""
    if part.find(_CACHE_MARK) < 0:  # twice as fast as `in`
        return part
    kept, *marked = part.split(_CACHE_MARK)
    for piece in marked:
        after = piece.partition(b"}")[2].lstrip()
        before = kept.rstrip()
        kept = before[:-1] + after if before.endswith(b",") else before + after.removeprefix(b",").lstrip()
    return kept


def _ends(content: RawJson) -> list[bytes | memoryview]:
    words = _words(content)
    if len(words) <= HASHED_BYTES:
        return [words]
    half = HASHED_BYTES // 2
    return [words[:half], words[-half:], str(len(words)).encode()]


def _short_hash(parts: Sequence[bytes | memoryview]) -> str:
    """64 bits of SHA-256; the parts' lengths are hashed too, so that their borders count."""
    hashed: list[bytes | memoryview] = []
    for part in parts:
        hashed.append(len(part).to_bytes(8, "big"))
        hashed.append(part)
    return sha256(b"".join(hashed)).hexdigest()[:16]
