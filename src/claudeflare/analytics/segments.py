"""What figures are broken down by: a request belongs to one segment of each kind."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

ALL: Final = 0
ACCOUNT: Final = 1
MODEL: Final = 2
CLIENT_KEY: Final = 3
AGENT: Final = 4
STATUS: Final = 5
ERROR: Final = 6
EVERY: Final = 7
"""By all of them at once: what the others are sums of, and what questions with several filters read."""
ACCOUNT_MODEL: Final = 8
"""By these two at once, which is what is asked for most often when it is about several things."""

KINDS: Final = (ALL, ACCOUNT, MODEL, CLIENT_KEY, AGENT, STATUS, ERROR, EVERY, ACCOUNT_MODEL)
DIMENSIONS: Final = (ACCOUNT, MODEL, CLIENT_KEY, AGENT, STATUS, ERROR)
"""Kinds that break figures down by one thing."""


class Segment(NamedTuple):
    """Requests that have these in common. None: whatever it is; empty: there was none."""

    kind: int
    success: bool
    account_id: str | None = None
    model: str | None = None
    client_key: str | None = None
    agent: str | None = None
    status: int | None = None
    terminal_state: str | None = None
    error_type: str | None = None

    def projections(self) -> tuple[Segment, ...]:
        """Of one of kind `EVERY`: those of the other kinds that its requests belong to as well."""
        success = self.success
        return (
            Segment(ALL, success),
            Segment(ACCOUNT, success, account_id=self.account_id),
            Segment(MODEL, success, model=self.model),
            Segment(CLIENT_KEY, success, client_key=self.client_key),
            Segment(AGENT, success, agent=self.agent),
            Segment(STATUS, success, status=self.status, terminal_state=self.terminal_state),
            Segment(ERROR, success, error_type=self.error_type),
            Segment(ACCOUNT_MODEL, success, account_id=self.account_id, model=self.model),
        )


def segment_id(segment: Segment) -> int:
    """Always the same for the same segment, so that nobody has to look it up: 63 bits of a hash."""
    digest = blake2b(msgspec.msgpack.encode(tuple(segment)), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
