"""Who sends a request to the REST API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["token", "session", "command line", "stranger"]

STRANGER: Final = "stranger"


@dataclass(frozen=True, slots=True)
class Caller:
    """As found out before any route runs."""

    kind: Kind
    """By the control token; by a browser's cookie; by a command that works on the data directory without a server.

    A stranger has shown nothing yet: only signing in is open to it.
    """
    address: str | None
    """The other end of the client's connection, as the gateway saw it; None for a command without a server."""
    session_id: str | None = None
