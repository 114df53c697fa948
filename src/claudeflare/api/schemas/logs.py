"""JSON of `/api/logs`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class LogLine(Resource):
    """One line that a process of the server logged."""

    time: str
    level: str
    """`debug`, `info`, `warn` or `error`."""
    process: str
    """`supervisor`, `control`, or `gateway` with its number."""
    logger: str
    """The module that speaks."""
    message: str
    traceback: str | None
