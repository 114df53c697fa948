"""What a request's fields say about the length of its body: one reading, or none (RFC 9112 §6)."""

from __future__ import annotations

from claudeflare.http1.bad_message import BadMessage

SINGLE = frozenset(
    {b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"x-api-key", b"expect"}
)
"""Fields of which a second one makes a request ambiguous."""


def refuse_duplicates(fields: list[tuple[bytes, bytes]]) -> None:
    """Raise `BadMessage(400)` when a field of `SINGLE` is there twice, even with the same value."""
    seen: set[bytes] = set()
    for name, _ in fields:
        name = name.lower()
        if name in SINGLE and name in seen:
            raise BadMessage(400, f"The field {name.decode('latin-1')} is there more than once.")
        seen.add(name)


def content_length(named: dict[bytes, bytes]) -> int | None:
    """The announced length in bytes, None when there is none. llhttp has refused what is no number below 2**64."""
    value = named.get(b"content-length")
    return int(value) if value is not None else None


def is_chunked(named: dict[bytes, bytes], minor: int) -> bool:
    """Whether the body is chunked. Raises `BadMessage`: 501 for another coding, 400 in HTTP/1.0, which has none."""
    value = named.get(b"transfer-encoding")
    if value is None:
        return False
    if value.lower() != b"chunked":
        raise BadMessage(501, "The only transfer coding understood is chunked.")
    if not minor:
        raise BadMessage(400, "HTTP/1.0 has no Transfer-Encoding.")
    return True
