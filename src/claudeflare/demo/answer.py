"""One request as a client makes it, and what it sees: over a real socket, with nothing to retry or to hide a limit."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

import httpx2
import msgspec

from claudeflare import __version__

_FIELDS = {"anthropic-version": "2023-06-01", "user-agent": f"claudeflare-demo/{__version__}"}


class Seen(Enum):
    """How a request ended for its client."""

    ANSWERED = "answered"
    RATE_LIMITED = "rate limited"
    FAILED = "failed"
    """Any other status, an answer that broke off, or none."""


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    seen: Seen
    text: str = ""


async def ask(http: httpx2.AsyncClient, session: str, body: dict[str, Any]) -> Answer:
    """Send one request and read its answer to the end."""
    try:
        async with http.stream(
            "POST", "/v1/messages", json=body, headers={**_FIELDS, "x-claudeflare-session": session}
        ) as response:
            if response.status_code == 429:
                return Answer(Seen.RATE_LIMITED)
            if response.status_code != 200:
                return Answer(Seen.FAILED)
            if body.get("stream"):
                return await _read_stream(response)
            message = json.loads(await response.aread())
            return Answer(Seen.ANSWERED, message["content"][0]["text"])
    except httpx2.TransportError:
        return Answer(Seen.FAILED)


async def _read_stream(response: httpx2.Response) -> Answer:
    """The text of a stream of events; one without `message_stop` has failed, and so has one with an error in it."""
    text: list[str] = []
    async for line in response.aiter_lines():
        if not line.startswith("data:"):
            continue
        event = json.loads(line.removeprefix("data:"))
        match event["type"]:
            case "content_block_delta":
                text.append(event["delta"].get("text", ""))
            case "error":
                limited = event["error"]["type"] == "rate_limit_error"
                return Answer(Seen.RATE_LIMITED if limited else Seen.FAILED)
            case "message_stop":
                return Answer(Seen.ANSWERED, "".join(text))
    return Answer(Seen.FAILED)
