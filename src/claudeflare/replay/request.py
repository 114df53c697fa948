"""One request to be simulated, whether it was recorded or made up."""

from __future__ import annotations

from typing import Final

import msgspec

SHORT_CACHE_SECONDS: Final = 300.0
"""How long a prompt stays in the cache after its last use (API docs, prompt caching)."""
LONG_CACHE_SECONDS: Final = 3600.0
"""The same where the client asked for the longer time."""


class ReplayedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request decides how it fares. Token counts do not overlap."""

    at: float
    """UTC epoch seconds at which the client sends it."""
    session: str
    """From `affinity.session_key`: what the policy binds."""
    conversation: str
    """What shares a growing prompt: the session, or one agent of it."""
    model: str
    model_class: str
    client_key: str | None = None
    uncached: int
    """Input tokens that are in no cache, wherever it goes."""
    prefix: int
    """Input tokens marked for caching: read from the cache as far as it has them, written for the rest."""
    output: int
    first_byte_seconds: float
    """From the moment the API lets it in."""
    answer_seconds: float
    """From then to the end of the answer."""
    body_bytes: int
    cache_seconds: float = SHORT_CACHE_SECONDS
