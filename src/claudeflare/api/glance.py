"""`/api/glance`: one line's worth of how things stand, in one cheap call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query

from claudeflare.analytics.calendar import day_start
from claudeflare.analytics.stretches import DAY, LEVELS, QUARTER, cover
from claudeflare.api.account_view import AccountView
from claudeflare.api.figures import figures
from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.glance import Glance
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.time_range import zone_of
from claudeflare.api.times import parse_moment, to_iso
from claudeflare.errors import InvalidInput
from claudeflare.formatting import epoch
from claudeflare.storage.accounts import StoredAccount
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.rollup_choice import Choice

router = APIRouter(prefix="/api/glance", tags=["stats"])

LONGEST: Final = 31 * DAY
LOOKED_AT: Final = 5
"""Of a session's latest requests, until one had an account."""


@router.get("")
def show_glance(
    services: ServicesOf,
    session: Annotated[str | None, Query(description="A client's session, as `sessionId` of a request")] = None,
    since: Annotated[
        str | None, Query(description="Count from then on; at most 31 days. Default: midnight UTC")
    ] = None,
) -> Glance:
    """The account that serves a session, or was used last, its tightest limit, and what requests cost today."""
    now = services.clock()
    start = day_start(now, zone_of("UTC")) if since is None else parse_moment(since, now)
    if start < now - LONGEST:
        raise InvalidInput("`since` has to lie in the last 31 days.")
    # The caller's day may have begun already when ours has not: clocks differ.
    start = int(min(start, now) // QUARTER) * QUARTER
    with services.rollups.reading() as reader:
        sums = figures(reader.total(Choice(), cover(start, math.ceil((now + 1) / QUARTER) * QUARTER, LEVELS[1:])))
    view = AccountView.of(services)
    stored, serves = _account(services, view, session)
    account = None if stored is None else view.resource(stored)
    return Glance(
        account=None if account is None else account.name,
        serves_session=serves,
        rate_limit_status=None if account is None else account.rate_limit_status,
        rate_limit_reset=None if account is None else account.rate_limit_reset,
        tightest=None if account is None else _tightest(account.gauges, now),
        since=to_iso(start),
        requests=sums["requests"],
        cost_usd=sums["cost_usd"],
    )


def _account(services: Services, view: AccountView, session: str | None) -> tuple[StoredAccount | None, bool]:
    """The account, and whether it serves the session."""
    accounts = services.accounts.list()
    if session is not None:
        by_id = {stored.account.id: stored for stored in accounts}
        latest, _ = services.requests.list(RequestFilter(session=session), None, LOOKED_AT)
        for request in latest:
            # A refused request has no account.
            if request.account_id is not None:
                if request.account_id in by_id:
                    return by_id[request.account_id], True
                break
    used = [each for each in accounts if each.account.id in view.used and view.used[each.account.id].last_used]
    return max(used, key=lambda each: view.used[each.account.id].last_used or 0.0, default=None), False


def _tightest(gauges: Sequence[Gauge], now: float) -> Gauge | None:
    in_force = [each for each in gauges if each.name != "overage" and (epoch(each.resets_at) or 0.0) > now]
    return max(in_force, key=lambda each: each.utilization or 0.0, default=None)
