"""JSON of `/api/config/retention`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Body, Resource


class RetentionResource(Resource):
    """The limits in force, and what they are about."""

    payload_days: int
    request_days: int
    payload_max_bytes: int
    payloads: int
    """Bodies on record, of requests and of answers."""
    payload_bytes: int
    """How long they are, taken together."""
    payload_stored_bytes: int
    """What they take on disk: what bodies share is stored once, and compressed."""


class RetentionChange(Body):
    """Limits to change; those left out stay."""

    payload_days: int | None = None
    request_days: int | None = None
    payload_max_bytes: int | None = None
