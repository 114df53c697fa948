"""JSON of `/api/events` and `/api/requests/stream`."""

from __future__ import annotations

from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.requests import RequestResource
from claudeflare.api.schemas.shape import Resource


class OpenedRequest(Resource):
    """A request that began."""

    id: str
    timestamp: str
    method: str
    path: str
    model: str | None
    session_id: str | None
    client_key: str | None
    agent_id: str | None
    user_agent: str | None
    streaming: bool
    request_bytes: int


class RequestActivity(Resource):
    """Requests that began and ended since the last such event."""

    opened_count: int
    finished_count: int
    failed_count: int
    """Among those that ended."""
    opened: list[OpenedRequest]
    """Newest first; on a busy server only some of them."""
    finished: list[RequestResource]
    """Newest first; on a busy server only some of them. One that was told before replaces it."""


class AccountGauges(Resource):
    """What is left of one account's limits."""

    id: str
    in_flight: int
    gauges: list[Gauge]


class AccountRemoved(Resource):
    """An account that is gone."""

    id: str
    name: str


class Happening(Resource):
    """One line of the timeline."""

    at: str
    kind: str
    """`limited`, `set-aside` (by our own caution), `recovered`, `attention`, `attention-over`, `refreshed` (it has a
    new token), `budget-near`, `budget` (of a client key: 80 % of it, all of it used), `moved`, `strategy`,
    `account-added`, `account-removed`, `account-paused` or `account-resumed`."""
    account: str | None
    account_id: str | None
    model_class: str | None
    """The models it is about; null: all of them."""
    client_key: str | None
    """The name of the client key it is about; then `account` is null."""
    reason: str | None
    """Of `moved`: the account that took over. Of `strategy`: its name."""
    until: str | None
    """When that is over. Of a budget: when its next period begins."""
    count: int
    """Requests that moved; else 1."""
    text: str
    """The same for people, in one sentence."""
