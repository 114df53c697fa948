"""The routes below /v1/messages/batches."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.datastructures import QueryParams

from claudeflare.simulator.asker import Asker
from claudeflare.simulator.delivery import Delivery
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.resources import batches
from claudeflare.simulator.resources.batch_results import settle
from claudeflare.simulator.resources.batches import Batch, Status, batch_json, read_requests
from claudeflare.simulator.resources.pages import page_by_ids
from claudeflare.simulator.script import read_script
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.validation import parse_body
from claudeflare.simulator.visit import Visit


def create(visit: Visit, raw: bytes) -> Delivery:
    """POST /v1/messages/batches."""
    requests = read_requests(parse_body(raw))
    asker = Asker(
        account=visit.caller,
        version=visit.version,
        betas=visit.betas,
        script=read_script(visit.headers.get("x-simulator-answer")),
        now=visit.now,
    )
    batch_id = identifier("msgbatch", visit.world.seed, visit.seen.number)
    batch = Batch(id=batch_id, asker=asker, requests=requests, seconds=visit.world.pacing.batch)
    visit.world.holdings.batches.put(visit.caller.workspace_id, batch.id, batch)
    return visit.answer(_shown(visit, batch, "in_progress"))


def list_all(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/messages/batches."""
    found = visit.world.holdings.batches.newest_first(visit.caller.workspace_id)
    return visit.answer(
        page_by_ids([_shown(visit, batch) for batch in found], QueryParams(visit.scope["query_string"]))
    )


def retrieve(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/messages/batches/{id}."""
    return visit.answer(_shown(visit, _batch(visit)))


def cancel(visit: Visit, raw: bytes) -> Delivery:
    """POST /v1/messages/batches/{id}/cancel."""
    batch = _batch(visit)
    if batch.status(visit.now) == "ended":
        raise invalid(f"Message batch `{batch.id}` has already ended and cannot be canceled.")
    if batch.canceled_at is None:
        batch.canceled_at = visit.now
    return visit.answer(_shown(visit, batch, "canceling"))


def delete(visit: Visit, raw: bytes) -> Delivery:
    """DELETE /v1/messages/batches/{id}."""
    batch = _batch(visit)
    if batch.status(visit.now) != "ended":
        raise invalid(f"Message batch `{batch.id}` is still being processed. Cancel it before you delete it.")
    visit.world.holdings.batches.remove(visit.caller.workspace_id, batch.id)
    return visit.answer({"id": batch.id, "type": "message_batch_deleted"})


def results(visit: Visit, raw: bytes) -> Delivery:
    """GET /v1/messages/batches/{id}/results."""
    batch = _batch(visit)
    if batch.status(visit.now) != "ended":
        raise ApiError(404, f"Message batch `{batch.id}` has no results yet.")
    if batch.archived_at(visit.now) is not None:
        raise ApiError(404, f"The results of message batch `{batch.id}` are no longer available.")
    settle(visit.world, batch, visit.now)
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in batch.results or ())
    return visit.content(lines, "application/x-jsonl")


def _batch(visit: Visit) -> Batch:
    batch_id: str = visit.scope["path_params"]["batch_id"]
    batch = visit.world.holdings.batches.find(visit.caller.workspace_id, batch_id)
    if batch is None:
        raise batches.not_found(batch_id)
    return batch


def _shown(visit: Visit, batch: Batch, status: Status | None = None) -> dict[str, Any]:
    """The batch as it stands, or in the state the answer to a command says, whatever the clock does meanwhile."""
    settle(visit.world, batch, visit.now)
    return batch_json(batch, status or batch.status(visit.now), visit.now, visit.origin)
