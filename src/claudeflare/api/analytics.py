"""`/api/analytics`: figures over any range, in any zone, and what they consist of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from claudeflare.analytics.calendar import weekday_and_hour
from claudeflare.api.account_names import AccountNames
from claudeflare.api.breakdowns import breakdowns
from claudeflare.api.figures import figures
from claudeflare.api.plain_json import json_response
from claudeflare.api.schemas.analytics import AnalyticsResource
from claudeflare.api.services import ServicesOf
from claudeflare.api.time_range import TimeRange, time_range
from claudeflare.api.times import to_iso
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_reading import RollupReader
from claudeflare.storage.rollup_totals import Totals, total_of

router = APIRouter(prefix="/api/analytics", tags=["analytics"])

Names = Annotated[str | None, Query(description="One or more, with commas between")]
Moment = Annotated[str | None, Query(description="ISO 8601 (of `tz`, unless it says), or epoch milliseconds")]


@router.get("", response_model=AnalyticsResource)
def show_analytics(
    services: ServicesOf,
    span: Annotated[str | None, Query(alias="range", description="1h, 6h, 24h (default), 7d, 30d or any other")] = None,
    since: Annotated[Moment, Query(alias="from")] = None,
    until: Annotated[Moment, Query(alias="to")] = None,
    accounts: Names = None,
    models: Names = None,
    keys: Names = None,
    status: Annotated[str | None, Query(description="success, error, a terminal state, 429, 5xx")] = None,
    mode: Literal["normal", "cumulative"] = "normal",
    tz: Annotated[str, Query(description="A zone such as Europe/Berlin")] = "UTC",
) -> Response:
    """Figures over a range up to now, or `from` some moment `to` another. Both are rounded to whole points."""
    asked = time_range(span, since, until, tz, services.clock())
    names = AccountNames.of(services.accounts)
    choice = Choice(
        account_ids=None if accounts is None else names.ids(_each(accounts)),
        models=None if models is None else _each(models),
        client_keys=None if keys is None else _each(keys),
        status=status,
    )
    with services.rollups.reading() as reader:
        series = reader.series(choice, asked.series(), asked.edges)
        previous = reader.total(choice, asked.previous())
        parts = reader.breakdown(choice, asked.whole())
        counted_from = _counted_from(reader, asked)
    whole = total_of(series.points)
    seconds = asked.end - asked.start
    return json_response(
        {
            "range": None if since is not None else span or "24h",
            "from_": to_iso(asked.start),
            "to": to_iso(asked.end),
            "tz": tz,
            "mode": mode,
            "status": status,
            "bucket_seconds": asked.width,
            "counted_from": counted_from,
            "points": _points(series.points, asked, is_cumulative=mode == "cumulative"),
            "totals": figures(whole, seconds),
            "previous": figures(previous, seconds),
            **breakdowns(parts, names),
            "heat_map": _heat_map(series.requests, asked),
        }
    )


def _each(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _counted_from(reader: RollupReader, asked: TimeRange) -> str | None:
    first, end = reader.uncounted
    return to_iso(min(end, asked.now)) if first < end and asked.start < end else None


_CUMULATIVE = (
    *("requests", "successes", "errors", "failovers", "waits", "input_tokens", "cache_read_tokens"),
    *("cache_write5m_tokens", "cache_write1h_tokens", "output_tokens", "thinking_tokens", "total_tokens", "cost_usd"),
    *("unpriced_requests", "cache_saved_usd"),
)


def _points(totals_of_each: list[Totals], asked: TimeRange, *, is_cumulative: bool) -> list[dict[str, Any]]:
    points = []
    before: dict[str, Any] = {}
    for start, end, totals in zip(asked.edges, asked.edges[1:], totals_of_each, strict=False):
        shown = figures(totals, min(end, asked.now) - start)
        if is_cumulative:
            shown |= {name: _plus(before.get(name), shown[name]) for name in _CUMULATIVE}
            before = shown
        points.append({"at": to_iso(start), "seconds": end - start, **shown})
    return points


def _plus(before: Any, now: Any) -> Any:
    return now if before is None else before if now is None else before + now


def _heat_map(requests: dict[int, int], asked: TimeRange) -> list[list[int]]:
    cells = [[0] * 24 for _ in range(7)]
    for start, number in requests.items():
        weekday, hour = weekday_and_hour(start, asked.zone)
        cells[weekday][hour] += number
    return cells
