"""`/api/accounts/{account}/limits`: how far an account's limits were used, over time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Query

from claudeflare.api.schemas.limit_history import LimitHistoryResource, LimitLine
from claudeflare.api.services import ServicesOf
from claudeflare.api.time_range import DEFAULT, start_and_end, zone_of
from claudeflare.api.times import to_iso
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

MOST_STEPS: Final = 1000
WIDTHS: Final = tuple(STEP_SECONDS * steps for steps in (1, 2, 3, 6, 12, 36, 72, 144))

Moment = Annotated[str | None, Query(description="ISO 8601 (of UTC, unless it says), or epoch milliseconds")]


@router.get("/{account:path}/limits")
def show_limit_history(
    account: str,
    services: ServicesOf,
    span: Annotated[str | None, Query(alias="range", description="24h (default), 7d, 30d or any other")] = None,
    since: Annotated[Moment, Query(alias="from")] = None,
    until: Annotated[Moment, Query(alias="to")] = None,
) -> LimitHistoryResource:
    """How far each limit of an account was used, over a range up to now, or `from` some moment `to` another.

    Readings are kept as long as request records, and 90 days at most.
    """
    stored = services.accounts.get(account).account
    start, end = start_and_end(span, since, until, zone_of("UTC"), services.clock())
    width = _width(end - start)
    edges = range(int(start // width) * width, int(-(-end // width)) * width, width)
    steps = services.limit_history.read(stored.id, edges.start, edges.stop, width)
    return LimitHistoryResource(
        account=stored.name,
        account_id=stored.id,
        range=None if since is not None else span or DEFAULT,
        from_=to_iso(edges.start),
        to=to_iso(end),
        step_seconds=width,
        at=[to_iso(edge) for edge in edges],
        limits=[
            _line(limit, {step.step: step for step in of_limit}, edges)
            for limit, of_limit in groupby(steps, lambda step: step.limit)
        ],
    )


def _width(seconds: float) -> int:
    """The finest that makes so few steps; the coarsest does for the longest range."""
    return next((width for width in WIDTHS if seconds <= MOST_STEPS * width), WIDTHS[-1])


def _line(limit: LimitId, by_start: Mapping[int, LimitStep], edges: range) -> LimitLine:
    found = [by_start.get(edge) for edge in edges]
    return LimitLine(
        kind=limit.kind,
        name=limit.name,
        model_class=limit.model_class or None,
        utilization=[None if each is None else round(each.used, 4) for each in found],
        highest=[None if each is None else round(each.highest, 4) for each in found],
    )
