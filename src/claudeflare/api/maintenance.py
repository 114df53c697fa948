"""`/api/maintenance`: work on what is stored."""

from __future__ import annotations

import time

from fastapi import APIRouter

from claudeflare.api.schemas.maintenance import HistoryCleared, HistoryToClear
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import parse_moment, to_iso
from claudeflare.storage.requests import RequestStore

router = APIRouter(prefix="/api/maintenance", tags=["maintenance"])

BATCH = 500
"""Records deleted in one transaction: few enough that records of running traffic never wait long for their turn."""
PAUSE_SECONDS = 0.01
"""Between two batches, in which others may write."""
CALL_SECONDS = 2.0
"""How long one call deletes, so that it is answered long before any client gives up."""


@router.post("/clear-history")
def clear_history(services: ServicesOf, chosen: HistoryToClear | None = None) -> HistoryCleared:
    """Delete records of requests; accounts and settings stay. Statistics, made from records, follow.

    Call it again with the `before` of the answer until `done`. The space is used again; the file does not shrink.
    """
    now = services.clock()
    before = parse_moment(chosen.before, now) if chosen is not None and chosen.before is not None else now
    deleted, done = delete_for(CALL_SECONDS, services.requests, before)
    return HistoryCleared(deleted=deleted, before=to_iso(before), done=done)


def delete_for(seconds: float, requests: RequestStore, before: float) -> tuple[int, bool]:
    """Delete in batches, at least one, for about this long; how many records, and whether those were all."""
    deadline = time.monotonic() + seconds
    deleted = 0
    while True:
        in_batch = requests.delete_before(before, BATCH)
        deleted += in_batch
        if in_batch < BATCH:
            return deleted, True
        if time.monotonic() >= deadline:
            return deleted, False
        time.sleep(PAUSE_SECONDS)
