"""Sums over requests: whole hours from the hourly sums, the first piece of a range from its records."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, null, or_, select

from claudeflare.storage.hourly_sums import HOUR_SECONDS, hour_of, statistics_since
from claudeflare.storage.records import AccountUse, Totals
from claudeflare.storage.tables import hourly_sums, requests

TOP_MODELS = 10

_c = requests.c
_h = hourly_sums.c
_TOKEN_COLUMNS = (
    _c.input_tokens,
    _c.cache_write_5m_tokens,
    _c.cache_write_1h_tokens,
    _c.cache_read_tokens,
    _c.output_tokens,
)


def totals(connection: Connection, since: float | None) -> Totals:
    """Sums over what started at `since` or later, and after statistics were reset; None: since then.

    `average_tokens_per_second` is the output tokens of all streaming requests over the time all their answers took from
    first byte to end. A long answer so counts for more than a short one, whose time is mostly noise.
    """
    rows = _per_model(connection, since)

    # PostgreSQL's sums are decimal numbers.
    def count(name: str) -> int:
        return sum(int(getattr(row, name)) for row in rows)

    def measure(name: str) -> float:
        return sum(float(getattr(row, name)) for row in rows)

    models: Counter[str] = Counter()
    for row in rows:
        models[row.model or ""] += int(row.requests)
    del models[""]
    requested, streamed_seconds = count("requests"), measure("streamed_us") / 1e6
    return Totals(
        requests=requested,
        successes=count("successes"),
        average_duration_ms=measure("duration_us") / 1000 / requested if requested else None,
        tokens=count("tokens"),
        cost_usd=measure("cost_usd") if count("priced") else None,
        unpriced_requests=count("unpriced"),
        average_tokens_per_second=count("streamed_tokens") / streamed_seconds if streamed_seconds > 0 else None,
        top_models=sorted(models.items(), key=lambda item: (-item[1], item[0].encode()))[:TOP_MODELS],
    )


def account_use(connection: Connection) -> dict[str, AccountUse]:
    """By account id."""
    # One step into an index per account, where grouping over all requests would read all of it.
    last = select(func.max(_c.started_at)).where(_c.account_id == _h.account_id).scalar_subquery()
    used = connection.execute(
        select(
            _h.account_id,
            func.sum(_h.requests).label("requests"),
            func.sum(_h.recorded).label("recorded"),
            last.label("last_used"),
        )
        .where(_h.account_id != "")
        .group_by(_h.account_id)
    )
    return {
        row.account_id: AccountUse(requests=int(row.requests), recorded=int(row.recorded), last_used=row.last_used)
        for row in used
    }


def _per_model(connection: Connection, since: float | None) -> list[Any]:
    """Sums by model, one row or two for each."""
    reset_at = statistics_since(connection)
    if since is None or (reset_at is not None and since <= reset_at):
        # Exactly what the hourly sums hold.
        return list(connection.execute(_of_hours().where(_h.requests > 0)))
    first_whole = hour_of(since) if since == hour_of(since) else hour_of(since) + HOUR_SECONDS
    hours = _of_hours().where(_h.requests > 0, _h.hour >= first_whole)
    piece = _of_records().where(_c.started_at >= since, _c.started_at < first_whole)
    return [*connection.execute(hours), *connection.execute(piece)]


def _of_hours() -> Select[Any]:
    sums = (
        *(_h.requests, _h.successes, _h.duration_us, _h.tokens, _h.cost_usd, _h.priced, _h.unpriced),
        *(_h.streamed_tokens, _h.streamed_us),
    )
    return select(_h.model, *(func.sum(column).label(column.name) for column in sums)).group_by(_h.model)


def _of_records() -> Select[Any]:
    streamed = and_(_c.streaming, _c.output_tokens > 0, _c.duration_ms > _c.first_byte_ms)
    has_tokens = or_(*(column > 0 for column in _TOKEN_COLUMNS))

    def total(value: Any, where: Any = None) -> Any:
        return func.coalesce(func.sum(value if where is None else case((where, value), else_=null())), 0)

    return select(
        _c.model,
        func.count().label("requests"),
        total(1, _c.success).label("successes"),
        (total(_c.duration_ms) * 1000).label("duration_us"),
        sum((total(column) for column in _TOKEN_COLUMNS[1:]), start=total(_TOKEN_COLUMNS[0])).label("tokens"),
        total(_c.cost_usd).label("cost_usd"),
        func.count(_c.cost_usd).label("priced"),
        total(1, and_(_c.cost_usd.is_(None), has_tokens)).label("unpriced"),
        total(_c.output_tokens, streamed).label("streamed_tokens"),
        (total(_c.duration_ms - _c.first_byte_ms, streamed) * 1000).label("streamed_us"),
    ).group_by(_c.model)
