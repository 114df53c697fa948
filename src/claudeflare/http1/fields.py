"""Which header fields concern one connection only (RFC 9110 §7.6.1)."""

from __future__ import annotations

from collections.abc import Sequence

HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip

FRAMING = frozenset({b"content-length", b"transfer-encoding"})


def connection_options(fields: Sequence[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Names, in lower case, that Connection fields nominate as hop-by-hop."""
    return frozenset(
        option
        for name, value in fields
        if name.lower() == b"connection"
        for option in map(bytes.strip, value.lower().split(b","))
        if option
    )


def end_to_end(fields: Sequence[tuple[bytes, bytes]], drop: frozenset[bytes] = FRAMING) -> list[tuple[bytes, bytes]]:
    """All fields but hop-by-hop ones and those of `drop`; order, case and duplicates kept."""
    unwanted = HOP_BY_HOP | drop | connection_options(fields)
    return [field for field in fields if field[0].lower() not in unwanted]
