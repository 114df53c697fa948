"""JSON of `/api/keys`."""

from __future__ import annotations

from typing import Any

from claudeflare.api.schemas.shape import Body, Resource
from claudeflare.quotas.client_key import Period


class BudgetResource(Resource):
    """One budget, and how much of it is left."""

    period: Period
    usd: float
    spent: float
    """USD of requests on record that began in the present period."""
    remaining: float
    """0 when more was spent."""
    resets_at: str


class KeyResource(Resource):
    """One client key. The key itself is shown once, when it is made."""

    id: str
    name: str
    source: str
    """`made`, or `file` when it comes from the file of client keys and cannot be changed here."""
    state: str
    """`active`, `expired` or `revoked`."""
    ending: str | None
    """The key's last characters."""
    created: str | None
    expires_at: str | None
    revoked_at: str | None
    last_used: str | None
    """When its newest request on record began."""
    models: list[str]
    """Patterns of the models it may use; empty: all."""
    accounts: list[str]
    """Names of the accounts that may serve it; empty: all. Of one that was removed, its id."""
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrency: int | None
    budgets: list[BudgetResource]
    time_zone: str
    """Whose midnights begin and end the budgets' periods."""
    allow_unpriced: bool
    """Whether it may use what has no known price although it has a budget."""
    shadow: bool
    """Limits are counted and told of, and refuse nothing."""


class MadeKey(KeyResource):
    """A key that was just made."""

    key: str
    """What clients present. It is nowhere stored and cannot be shown again."""


class KeyLimits(Body):
    """What limits a key; null and what is left out of a new key mean no limit."""

    expires: str | None = None
    """A span from now (90d), or ISO 8601."""
    models: list[str] | None = None
    accounts: list[str] | None = None
    """Names or ids."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int | None = None
    per_day: float | None = None
    """Budgets in USD."""
    per_week: float | None = None
    per_month: float | None = None
    time_zone: str | None = None
    """IANA name; null: UTC."""
    allow_unpriced: bool | None = None
    shadow: bool | None = None


class KeyToMake(KeyLimits):
    """A client key to make."""

    name: str


class KeyChange(KeyLimits):
    """What to change of a key; what is left out stays as it is, null takes a limit away."""

    def given(self) -> dict[str, Any]:
        """What is named in the body."""
        return {name: getattr(self, name) for name in self.model_fields_set}
