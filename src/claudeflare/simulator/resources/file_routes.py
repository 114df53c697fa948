"""The routes below /v1/files."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import QueryParams

from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources.files import (
    StoredFile,
    known_file,
    lifetime,
    stored_name,
    stored_type,
    usable_file,
)
from claudeflare.simulator.resources.multipart import FormPart
from claudeflare.simulator.resources.pages import page_by_ids, page_by_token
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.visit import Visit

OLD_BETA = "files-api-2025-04-14"
"""Asks for lists in their old shape."""
MAX_IDS = 100


def upload(visit: Visit, parts: list[FormPart]) -> Delivery:
    """POST /v1/files."""
    uploaded = next((part for part in parts if part.name == "file" and part.filename is not None), None)
    if uploaded is None:
        raise invalid("file: Field required")
    asked = next((part.data.decode("latin-1") for part in parts if part.name == "expires_in_seconds"), None)
    seconds = lifetime(asked)
    kind = stored_type(uploaded.filename or "", uploaded.content_type)
    file = StoredFile(
        id=identifier("file", visit.world.seed, visit.seen.number),
        filename=stored_name(uploaded.filename or "", kind),
        mime_type=kind,
        size=uploaded.size,
        created_at=visit.now,
        expires_at=None if seconds is None else visit.now + seconds,
    )
    visit.world.holdings.files.put(visit.caller.workspace_id, file.id, file)
    return visit.answer(file.json())


def list_all(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/files."""
    query = QueryParams(visit.scope["query_string"])
    entries = [file.json() for file in visit.world.holdings.files.newest_first(visit.caller.workspace_id)]
    if wanted := [*query.getlist("ids[]"), *query.getlist("ids")]:
        return visit.answer(_chosen(entries, wanted, query))
    return visit.answer((page_by_ids if OLD_BETA in visit.betas else page_by_token)(entries, query))


def retrieve(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/files/{id}."""
    return visit.answer(known_file(visit.world.holdings.files, visit.caller.workspace_id, _id(visit)).json())


def delete(visit: Visit, raw: bytes) -> Delivery:
    """DELETE /v1/files/{id}."""
    file = known_file(visit.world.holdings.files, visit.caller.workspace_id, _id(visit))
    visit.world.holdings.files.remove(visit.caller.workspace_id, file.id)
    return visit.answer({"id": file.id, "type": "file_deleted"})


def download(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/files/{id}/content."""
    file = usable_file(visit.world.holdings.files, visit.caller.workspace_id, _id(visit), visit.now)
    if file.content is None:
        details = {"error_code": "file_not_downloadable"}
        raise ApiError(400, f"File `{file.id}` is not downloadable.", details=details)
    return visit.content(file.content, file.mime_type)


def _id(visit: Visit) -> str:
    file_id: str = visit.scope["path_params"]["file_id"]
    return file_id


def _chosen(entries: list[dict[str, Any]], wanted: list[str], query: QueryParams) -> dict[str, Any]:
    """The files asked for by id; those there are not are left out."""
    if len(set(wanted)) > MAX_IDS or "limit" in query or "page" in query:
        raise invalid(f"ids: At most {MAX_IDS} ids, and neither `limit` nor `page` beside them")
    return {"data": [entry for entry in entries if entry["id"] in wanted], "next_page": None}
