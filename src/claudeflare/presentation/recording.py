"""What was captured of a request, made ready to be looked at. Pure, and slow for bodies of megabytes."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from claudeflare.client.resources import Json, Part, Payload
from claudeflare.formatting import size
from claudeflare.presentation.conversation import Conversation, conversation_of
from claudeflare.presentation.harmless import json_text


@dataclass(frozen=True, slots=True)
class RecordedPart:
    """One side."""

    head: str
    """Its first line and its header fields."""
    body: str
    """Laid out for reading where it is JSON."""
    note: str
    """How large it is, and what of it is on record."""
    is_json: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Both sides, and the conversation they are; None: nothing, or it is none."""

    request: RecordedPart | None
    response: RecordedPart | None
    conversation: Conversation | None

    def __repr__(self) -> str:
        return "<Recording>"


def recording_of(payload: Payload, detail: Json) -> Recording:
    """From what `/api/requests/{id}/payload` and `/api/requests/{id}` answer."""
    query = f"?{detail['query']}" if detail["query"] else ""
    asked, answered = payload["request"], payload["response"]
    return Recording(
        None if asked is None else _part(asked, f"{detail['method']} {detail['path']}{query}"),
        None if answered is None else _part(answered, f"HTTP {detail['statusCode']}"),
        conversation_of(asked, answered),
    )


def record_text(detail: Json) -> str:
    """Everything on record, as the API tells it."""
    return json_text(detail, indent=2)


def _part(part: Part, first_line: str) -> RecordedPart:
    head = "\n".join([first_line, *(f"{field['name']}: {field['value']}" for field in part["fields"])])
    coding = f" as {part['contentEncoding']}" if part["contentEncoding"] else ""
    cut = f", the first {size(part['captured'])} on record" if part["truncated"] else ""
    laid_out = None if part["base64"] else _laid_out(part["body"])
    if part["base64"]:
        body = "This body is no text. Save it to look at it with another program."
    else:
        body = part["body"] or "The body is empty."
    return RecordedPart(head, laid_out or body, f"{size(part['size'])}{coding}{cut}", laid_out is not None)


def _laid_out(body: str) -> str | None:
    """JSON, indented; None for what is none, or cut off."""
    try:
        return msgspec.json.format(body.encode(errors="replace"), indent=2).decode()
    except msgspec.DecodeError:
        return None
