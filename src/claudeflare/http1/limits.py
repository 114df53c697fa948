"""How much of a head or of body framing is accepted."""

from __future__ import annotations

import msgspec


class HeadLimits(msgspec.Struct, frozen=True):
    """Bounds on one message head."""

    head_bytes: int = 65_536
    """Request or status line and all fields."""
    header_count: int = 200


FRAMING_ALLOWANCE = 16_384
"""Bytes of chunk framing a peer may send beyond `FRAMING_FACTOR` times the body."""
FRAMING_FACTOR = 8
"""A one-byte chunk costs six bytes on the wire; more is chunk extensions or trailers sent to waste our time."""
