"""The decision trace: who was considered for a request, who was out and why, who was chosen."""

from __future__ import annotations

import msgspec


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    """One account considered in one pick."""

    account: str
    """The account's name."""
    score: float | None = None
    out: str | None = None
    """Why it was not available; None when it was."""
    until: float | None = None
    """UTC epoch seconds at which it becomes available, when that is known."""
    chosen: bool = False


class Pick(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question to the policy and its answer, with everybody who was considered."""

    policy: str
    why: str
    """One sentence, e.g. `session was bound to work` or `new session placed on spare: most headroom`."""
    candidates: tuple[Candidate, ...] = ()
