"""How much of a head or of body framing is accepted."""

from __future__ import annotations

import msgspec


class HeadLimits(msgspec.Struct, frozen=True):
    """Bounds on one message head."""

    head_bytes: int = 65_536
    """Request or status line and all fields."""
    header_count: int = 200

    def excess(self, fields: list[tuple[bytes, bytes]], start_line: int, received: int) -> str | None:
        """What is too much in a complete head, None when nothing is. `start_line` is the length of its variable part.

        `received` says in how many bytes the head came, possibly with others: while that is little, nothing is summed.
        """
        if len(fields) > self.header_count:
            return f"There are more than {self.header_count} header fields."
        # Three bytes: a colon and CRLF. Never more than were sent, so that a head within its bounds always passes.
        if received > self.head_bytes and start_line + sum(len(n) + len(v) + 3 for n, v in fields) > self.head_bytes:
            return self.too_large
        return None

    @property
    def too_large(self) -> str:
        """What to say of a head beyond `head_bytes`."""
        return f"The header fields are larger than {self.head_bytes} bytes."


FRAMING_ALLOWANCE = 16_384
"""Bytes of chunk framing a peer may send beyond `FRAMING_FACTOR` times the body."""
FRAMING_FACTOR = 8
"""A one-byte chunk costs six bytes on the wire; more is chunk extensions or trailers sent to waste our time."""

BLANK_ALLOWANCE = 64
"""Bytes of empty lines in front of a request (RFC 9112 §2.2 asks to ignore at least one line)."""
