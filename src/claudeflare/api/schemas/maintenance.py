"""JSON of `/api/maintenance`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Body, Resource


class HistoryToClear(Body):
    """Which records are to go."""

    before: str | None = None
    """Those of requests that began before this moment; null: before now."""


class HistoryCleared(Resource):
    """What one call has deleted."""

    deleted: int
    before: str
    """The moment that was meant, to be sent again while `done` is false."""
    done: bool
    """False when the time of one call was over first."""


class CleanedUp(Resource):
    """What one call has deleted."""

    deleted_requests: int
    deleted_payloads: int
    """Bodies, of requests and of answers."""
    done: bool
    """False when the time of one call was over first."""


class Compacted(Resource):
    """What one call has given back."""

    freed_bytes: int
    done: bool
    """False when the time of one call was over first."""
