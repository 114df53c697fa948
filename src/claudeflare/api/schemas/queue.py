"""JSON of `/api/queue`."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class QueueLine(Resource):
    """Requests that wait for the same: of one client key, for one class of models."""

    client_key: str | None
    model_class: str | None
    """The models they ask for, e.g. `opus`; null: none in particular."""
    account: str | None
    """The only account they may use; null: any."""
    count: int
    since: str
    """When the one waiting longest began."""
    until: str | None
    """When an account is expected."""


class QueueResource(Resource):
    """Requests that wait for an account now."""

    waiting: int
    limit: int
    """How many may wait, over all gateways."""
    max_wait_seconds: float
    """How long each may; 0: none waits."""
    lines: list[QueueLine]
    """Those that wait longest; a client key with several classes of models has several."""
