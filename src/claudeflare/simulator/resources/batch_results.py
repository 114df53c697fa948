"""Works off an ended batch: an answer, an error or the reason why not, for each of its requests."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.message_answer import compose
from claudeflare.simulator.messages import message_json
from claudeflare.simulator.resources.batches import Batch, BatchRequest, check_params
from claudeflare.simulator.seeding import identifier
from claudeflare.simulator.world import World


def settle(world: World, batch: Batch, now: float) -> None:
    """Give a batch that has ended its results, unless it has them."""
    if batch.results is None and batch.status(now) == "ended":
        batch.results = [
            {"custom_id": request.custom_id, "result": _result(world, batch, number, request)}
            for number, request in enumerate(batch.requests)
        ]


def _result(world: World, batch: Batch, number: int, request: BatchRequest) -> dict[str, Any]:
    reason = batch.unprocessed(number)
    if reason is not None:
        return {"type": reason}
    asker = msgspec.structs.replace(batch.asker, now=batch.done_at(number), service_tier="batch")
    try:
        check_params(request.params)
        composed = compose(world, asker, request.params, identifier("msg", world.seed, batch.id, request.custom_id))
    except ApiError as error:
        return {"type": "errored", "error": {**error.json(None), "request_id": None}}
    composed.keep(world)
    return {"type": "succeeded", "message": message_json(composed.answer)}
