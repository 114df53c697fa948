"""`/api/maintenance`: work on what is stored."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import APIRouter, Request

from claudeflare.api.auditing import note
from claudeflare.api.schemas.maintenance import CleanedUp, Compacted, HistoryCleared, HistoryToClear
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import parse_moment, to_iso
from claudeflare.retention.payload_retention import CHUNKS_AT_ONCE, PAYLOADS_AT_ONCE
from claudeflare.retention.time_limit import TimeLimit
from claudeflare.storage.payloads import PayloadStore
from claudeflare.storage.requests import RequestStore

router = APIRouter(prefix="/api/maintenance", tags=["maintenance"])

BATCH = 500
"""Records deleted in one transaction: few enough that records of running traffic never wait long for their turn."""
PAUSE_SECONDS = 0.01
"""Between two batches, in which others may write."""
CALL_SECONDS = 2.0
"""How long one call deletes, so that it is answered long before any client gives up."""


@router.post("/clear-history")
def clear_history(request: Request, services: ServicesOf, chosen: HistoryToClear | None = None) -> HistoryCleared:
    """Delete records of requests and their payloads; accounts and settings stay. Statistics, made from records, follow.

    Call it again with the `before` of the answer until `done`. The space is used again; the file does not shrink.
    """
    now = services.clock()
    before = parse_moment(chosen.before, now) if chosen is not None and chosen.before is not None else now
    deleted, done = delete_for(CALL_SECONDS, services.requests, before)
    done = done and delete_payloads_for(CALL_SECONDS, services.payloads, before)
    note(request, deletedRequests=deleted, olderThan=to_iso(before))
    return HistoryCleared(deleted=deleted, before=to_iso(before), done=done)


@router.post("/cleanup")
def clean_up(services: ServicesOf) -> CleanedUp:
    """Delete now what is past its retention, instead of at the next hour. Call it again until `done`."""
    limit = TimeLimit(CALL_SECONDS)
    requests = services.record_retention.run_once(limit)
    payloads = services.payload_retention.run_once(limit)
    return CleanedUp(deleted_requests=requests, deleted_payloads=payloads, done=not limit.is_set())


@router.post("/compact")
def compact(services: ServicesOf) -> Compacted:
    """Give space in database files that nothing uses back to the disk. Call it again until `done`.

    PostgreSQL looks after its own.
    """
    limit = TimeLimit(CALL_SECONDS)
    freed = 0
    for space in services.free_space:
        while not limit.is_set() and (given := space.give_back()):
            freed += given
            limit.wait(PAUSE_SECONDS)
    return Compacted(freed_bytes=freed, done=not limit.is_set())


def delete_for(seconds: float, requests: RequestStore, before: float) -> tuple[int, bool]:
    """Delete in batches, at least one, for about this long; how many records, and whether those were all."""
    return _repeat_for(seconds, lambda: requests.delete_before(before, BATCH), BATCH)


def delete_payloads_for(seconds: float, payloads: PayloadStore, before: float) -> bool:
    """The same for payloads and what only they consisted of; whether those were all."""
    _, done = _repeat_for(seconds, lambda: payloads.delete_before(before, PAYLOADS_AT_ONCE), PAYLOADS_AT_ONCE)
    return done and _repeat_for(seconds, lambda: payloads.drop_unused(CHUNKS_AT_ONCE), CHUNKS_AT_ONCE)[1]


def _repeat_for(seconds: float, step: Callable[[], int], at_once: int) -> tuple[int, bool]:
    deadline = time.monotonic() + seconds
    total = 0
    while True:
        taken = step()
        total += taken
        if taken < at_once:
            return total, True
        if time.monotonic() >= deadline:
            return total, False
        time.sleep(PAUSE_SECONDS)
