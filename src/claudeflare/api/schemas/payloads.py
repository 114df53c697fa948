"""JSON of `/api/requests/{id}/payload`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class FieldResource(Resource):
    """One header field."""

    name: str
    value: str
    """`[redacted]` where it may be a secret."""


class PartResource(Resource):
    """One body with its header fields."""

    at: str
    """Of a request its beginning, of an answer its end."""
    fields: list[FieldResource]
    size: int
    """Bytes of the whole body, as sent."""
    captured: int
    """Bytes of it on record, from its beginning."""
    truncated: bool
    """Whether that is less."""
    content_encoding: str | None
    """As sent; `body` has it undone."""
    body: str
    base64: bool
    """True when the body is no text: then `body` is the bytes as sent, in base64."""


class PayloadResource(Resource):
    """What was captured of one request; null: nothing, or not asked for."""

    request: PartResource | None
    response: PartResource | None
