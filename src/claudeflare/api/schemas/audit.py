"""JSON of `/api/audit`."""

from __future__ import annotations

from typing import Any

from claudeflare.api.schemas.shape import Resource


class AuditEntryResource(Resource):
    """One change that somebody made."""

    id: int
    at: str
    who: str
    """`token`, `session` (a signed-in browser), or `command line` (a command while no server ran)."""
    session_id: str | None
    address: str | None
    """Where it came from; null for a command while no server ran."""
    action: str
    """Such as `pause-account`."""
    subject: str | None
    """What it was done to, by the name it had then."""
    before: dict[str, Any] | None
    """What changed, as it was; null when there was nothing. Never a secret."""
    after: dict[str, Any] | None
    """The same afterwards."""
