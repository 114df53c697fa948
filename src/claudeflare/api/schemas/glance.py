"""JSON of `/api/glance`."""

from __future__ import annotations

from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.shape import Resource


class Glance(Resource):
    """What one line has room for."""

    account: str | None
    """The one that serves the session asked for, else the one used last; null when there is none."""
    serves_session: bool
    """Whether it answered the session's last request."""
    rate_limit_status: str | None
    """As of an account."""
    rate_limit_reset: str | None
    tightest: Gauge | None
    """Of its limits that are in force the one that is used most."""
    since: str
    """From when on requests are counted, to the quarter of an hour."""
    requests: int
    cost_usd: float | None
    """Of all accounts' requests whose price is known; null when none is."""
