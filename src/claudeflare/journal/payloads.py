"""What a request and its answer consisted of, byte for byte, beside the record of how it went."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Payload(msgspec.Struct, omit_defaults=True, kw_only=True, tag="payload"):
    """One body as it crossed the wire, with its header fields; frames of their own segments, so records never wait."""

    id: str
    """The request's."""
    at: float
    """UTC epoch seconds: of a request its beginning, of an answer its end."""
    part: str
    """`request` or `response`."""
    fields: list[tuple[str, str]] = []
    """Header fields in order, framing left out; a value whose name is not known to be harmless is `[redacted]`."""
    body: bytes = b""
    """As on the wire (still compressed if it was), from its beginning."""
    size: int = 0
    """Of the whole body in bytes; larger than `len(body)` when that was cut at the limit."""
    content_encoding: str | None = None


def payload_directory(journal_directory: Path) -> Path:
    """Where payloads' segments lie: beside the records', so that neither is read or deleted for the other's sake."""
    return journal_directory / "payloads"
