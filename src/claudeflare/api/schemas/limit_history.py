"""JSON of `/api/accounts/{account}/limits`: how far an account's limits were used, over time."""

from __future__ import annotations

from claudeflare.api.schemas.shape import Resource


class LimitLine(Resource):
    """One limit; a value for each of the answer's `at`."""

    kind: str
    """`bucket` or `window`; kind, name and class of models are those of its gauge."""
    name: str
    model_class: str | None
    utilization: list[float | None]
    """Share used up at the last reading of each step; null: nothing was read in it."""
    highest: list[float | None]
    """The highest reading of each step."""


class LimitHistoryResource(Resource):
    """How far the limits of one account were used."""

    account: str
    account_id: str
    range: str | None
    """As asked for; null: with `from` and `to`."""
    from_: str
    to: str
    step_seconds: int
    """As fine as there is (five minutes) where that makes a thousand steps at most; else coarser."""
    at: list[str]
    """When each step begins."""
    limits: list[LimitLine]
    """Those that were read in this time."""
