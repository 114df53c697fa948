"""`/api/queue`: the requests that wait for an account now."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from claudeflare.api.schemas.queue import QueueLine, QueueResource
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import to_iso, to_iso_or_none
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.settings import Settings

router = APIRouter(prefix="/api/queue", tags=["queue"])


@router.get("")
def show_queue(services: ServicesOf) -> QueueResource:
    """Who waits for an account, since when and for what; at most a second old."""
    return queue_resource(*services.gateways.waiting(), services.settings)


def queue_resource(waiting: int, lines: Sequence[WaitingLine], settings: Settings) -> QueueResource:
    """What gateways said, as JSON."""
    return QueueResource(
        waiting=waiting,
        limit=settings.queue_limit * settings.workers,
        max_wait_seconds=settings.queue_max_wait,
        lines=[
            QueueLine(
                client_key=line.client_key,
                model_class=line.model_class or None,
                account=line.account,
                count=line.count,
                since=to_iso(line.since),
                until=to_iso_or_none(line.until),
            )
            for line in lines
        ],
    )
