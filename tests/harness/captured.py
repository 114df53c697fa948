"""Payloads in a data directory, written through the real storage."""

from __future__ import annotations

from pathlib import Path

from claudeflare.home import Home
from claudeflare.journal.payloads import Payload
from claudeflare.storage.payload_file import open_payload_file
from claudeflare.storage.payloads import PayloadStore
from harness.data_directory import NOW


def capture(home: Path, request_id: str, request: bytes, answer: bytes, encoding: str | None = None) -> None:
    """Both bodies of a request, one header field each."""
    database = open_payload_file(Home(home).payloads)
    fields = {"request": [("content-type", "application/json")], "response": [("content-type", "text/event-stream")]}
    PayloadStore(database).store(
        [
            Payload(
                id=request_id,
                at=NOW - 60,
                part=part,
                fields=fields[part],
                body=body,
                size=len(body),
                content_encoding=encoding if part == "response" else None,
            )
            for part, body in (("request", request), ("response", answer))
        ]
    )
    database.dispose()
