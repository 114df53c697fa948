"""A message that cannot be accepted, with the status that says so."""

from __future__ import annotations


class BadMessage(Exception):
    """The peer sent something malformed, ambiguous or too large; the connection cannot be used any further."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """Status to answer a client with: 400, 413, 417, 431, 501 or 505. Upstream's bad messages become 502."""
        self.message = message
