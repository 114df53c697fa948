"""Sums over requests for the stats resource."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from claudeflare.storage.records import Totals
from claudeflare.storage.tables import accounts, requests

TOP_MODELS = 10

_c = requests.c
_TOKEN_COLUMNS = (
    _c.input_tokens,
    _c.cache_write_5m_tokens,
    _c.cache_write_1h_tokens,
    _c.cache_read_tokens,
    _c.output_tokens,
)


def totals(connection: Connection, since: float | None) -> Totals:
    """Sums over what started at `since` or later; None: over everything.

    `average_tokens_per_second` is the output tokens of all streaming requests over the time all their answers took from
    first byte to end. A long answer so counts for more than a short one, whose time is mostly noise.
    """
    in_range = true() if since is None else _c.started_at >= since
    sums = connection.execute(_sums(in_range)).one()
    models = connection.execute(
        select(_c.model, func.count().label("requests"))
        .where(in_range, _c.model.is_not(None))
        .group_by(_c.model)
        .order_by(func.count().desc(), _c.model)
        .limit(TOP_MODELS)
    )
    streamed_seconds = (sums.streamed_ms or 0) / 1000
    return Totals(
        requests=sums.requests,
        successes=sums.successes,
        average_duration_ms=sums.duration_ms,
        tokens=int(sum(sums[-len(_TOKEN_COLUMNS) :])),
        cost_usd=sums.cost_usd,
        unpriced_requests=sums.unpriced,
        average_tokens_per_second=float(sums.streamed_tokens) / streamed_seconds if streamed_seconds > 0 else None,
        top_models=[(row.model, row.requests) for row in models],
        per_account=_per_account(connection, in_range),
    )


def _sums(in_range: ColumnElement[bool]) -> Any:
    streamed = and_(_c.streaming, _c.output_tokens > 0, _c.duration_ms > _c.first_byte_ms)
    has_tokens = or_(*(column > 0 for column in _TOKEN_COLUMNS))
    return select(
        func.count().label("requests"),
        func.count().filter(_c.success).label("successes"),
        func.avg(_c.duration_ms).label("duration_ms"),
        func.sum(_c.cost_usd).label("cost_usd"),
        func.count().filter(and_(_c.cost_usd.is_(None), has_tokens)).label("unpriced"),
        func.sum(_c.output_tokens).filter(streamed).label("streamed_tokens"),
        func.sum(_c.duration_ms - _c.first_byte_ms).filter(streamed).label("streamed_ms"),
        *(func.coalesce(func.sum(column), 0) for column in _TOKEN_COLUMNS),
    ).where(in_range)


def _per_account(connection: Connection, in_range: ColumnElement[bool]) -> dict[str, tuple[int, float]]:
    """Requests in the range and the last one ever: when an account was last used does not depend on the range."""
    counted = connection.execute(
        select(_c.account_id, func.count().label("requests"), func.max(_c.started_at).label("last"))
        .where(in_range, _c.account_id.is_not(None))
        .group_by(_c.account_id)
    )
    found: dict[str, tuple[int, float]] = {row.account_id: (row.requests, row.last) for row in counted}
    # One step into an index per account, where grouping over all requests would read all of it.
    last = select(func.max(_c.started_at)).where(_c.account_id == accounts.c.id).scalar_subquery()
    used: list[Row[str, float | None]] = list(connection.execute(select(accounts.c.id, last)))
    for account_id, last_used in used:
        if last_used is not None:
            found[account_id] = (found.get(account_id, (0, 0.0))[0], last_used)
    return found
