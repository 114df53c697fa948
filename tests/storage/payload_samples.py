"""Payload databases of both kinds, and payloads to put into them."""

from __future__ import annotations

from typing import Any

from claudeflare.journal.payloads import Payload

NOW = 1_795_000_000.0


def payload(request_id: str, body: bytes = b"{}", **fields: Any) -> Payload:
    """A request's body, unless told otherwise."""
    given: dict[str, Any] = {"at": NOW, "part": "request", "fields": [("content-type", "application/json")]}
    return Payload(**{"id": request_id, "body": body, "size": len(body)} | given | fields)
