"""Why Claudeflare itself answers a request, and with what."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.http1.bad_message import BadMessage
from claudeflare.http1.encoding import Field

RETRY_BY_CLIENT_SECONDS = 60
"""Above this the official clients are told not to retry: they would burn their attempts long before it can work."""


class Refusal(msgspec.Struct, frozen=True):
    """An error answer of our own."""

    status: int
    error_type: str
    """One of the API's error types."""
    message: str
    retry_after: int | None = None
    """Seconds."""
    details: dict[str, Any] | None = None
    failure: bool = False
    """True when it stands in for an upstream that failed; False when Claudeflare says no by itself."""
    final: bool = False
    """Clients are told not to try again by themselves, however soon it could work."""

    def fields(self) -> list[Field]:
        """Header fields beside the framing."""
        fields: list[Field] = [(b"content-type", b"application/json")]
        if self.retry_after is not None:
            fields.append((b"retry-after", b"%d" % self.retry_after))
        if self.final or (self.retry_after or 0) > RETRY_BY_CLIENT_SECONDS:
            fields.append((b"x-should-retry", b"false"))
        return fields


def refusal_of(error: BadMessage) -> Refusal:
    """What a client is told whose message could not be accepted."""
    kind = "request_too_large" if error.status == 413 else "invalid_request_error"
    return Refusal(error.status, kind, error.message)
