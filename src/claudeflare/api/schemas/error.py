"""JSON of every answer that is an error."""

from __future__ import annotations

from typing import Any

from claudeflare.api.schemas.shape import Resource


class Error(Resource):
    """What went wrong, and what to do."""

    error: str
    """For people."""
    code: str
    """For programs: `invalid_input`, `not_found`, `unauthorized`, …"""
    details: Any
    """More where there is more, e.g. the fields that are wrong; else null."""
