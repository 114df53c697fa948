"""`/api/requests/{id}/payload`: what a request and its answer consisted of."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response

from claudeflare.api.payload_view import part_resource
from claudeflare.api.schemas.payloads import PayloadResource
from claudeflare.api.services import Services, ServicesOf
from claudeflare.errors import InvalidInput, NotFound
from claudeflare.journal.payloads import Payload
from claudeflare.retention.retention import DAY_SECONDS

router = APIRouter(prefix="/api/requests", tags=["requests"])

Part = Literal["request", "response"]
_MEDIA_TYPE: Final = re.compile(
    r"(application/(json|x-ndjson|octet-stream)|text/(plain|event-stream)|multipart/form-data)(; ?charset=[\w-]+)?",
    re.ASCII | re.IGNORECASE,
)
"""Types that browsers neither run nor take for styles, even when a page asks for it (Fetch, nosniff)."""


@router.get("/{request_id}/payload", response_model=PayloadResource)
def show_payload(
    request_id: str,
    services: ServicesOf,
    part: Annotated[Part | None, Query(description="Only this one")] = None,
    raw: Annotated[bool, Query(description="With `part`: the bytes alone, exactly as they were sent")] = False,
) -> PayloadResource | Response:
    """Header fields and bodies as captured; a body is text where it is, whatever encoding it was sent in.

    404 says why there is none.
    """
    if raw and part is None:
        raise InvalidInput("Raw bytes are those of one part: say part=request or part=response.")
    found = services.payloads.get(request_id)
    if not found or (part is not None and part not in found):
        raise NotFound(_reason(services, request_id, part))
    if raw and part is not None:
        return _bytes(found[part])
    wanted = {name: part_resource(payload) for name, payload in found.items() if part in (None, name)}
    return PayloadResource(request=wanted.get("request"), response=wanted.get("response"))


def _bytes(payload: Payload) -> Response:
    """To be saved, never shown: it may be a page that somebody else wrote."""
    given = next((value for name, value in payload.fields if name.lower() == "content-type"), "")
    headers = {
        "content-disposition": f'attachment; filename="{payload.id}-{payload.part}"',
        "x-content-type-options": "nosniff",
        # Not `content-encoding`: a client would undo it, and what was sent is asked for.
        "x-payload-content-encoding": _plain(payload.content_encoding or "identity"),
    }
    media_type = given if _MEDIA_TYPE.fullmatch(given) else "application/octet-stream"
    return Response(payload.body, media_type=media_type, headers=headers)


def _plain(value: str) -> str:
    return re.sub(r"[^\w ,.-]", "?", value, flags=re.ASCII)


def _reason(services: Services, request_id: str, part: Part | None) -> str:
    record = services.requests.get(request_id)
    if record is None:
        return f"There is no request {request_id!r} on record. It may still be running, or be long gone."
    missing = "Neither body of this request is" if part is None else f"The body of this {part} is not"
    kept = services.retention_choice.current()
    if record[0].started_at < services.clock() - kept.payload_days * DAY_SECONDS:
        return f"{missing} kept: it is older than {kept.payload_days} days (DATA_RETENTION_DAYS)."
    if services.settings.payloads == "off":
        return f"{missing} on record: payloads are not recorded (CLAUDEFLARE_PAYLOADS is off)."
    return (
        f"{missing} on record: there was none, it was deleted to save space (CLAUDEFLARE_PAYLOAD_MAX_BYTES), or it"
        " could not be recorded."
    )
