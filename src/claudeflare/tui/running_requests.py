"""Which of the requests that are known to have begun are still running, as far as a filter lets through. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from claudeflare.client.resources import Json
from claudeflare.formatting import epoch

LONGEST: Final = 20 * 60
"""Seconds after which one is taken for over: on a busy server not every end is told."""
_FIELDS: Final = {"model": "model", "clientKey": "clientKey", "session": "sessionId"}
"""Query parameter -> field of a request that has begun."""


def still_running(
    opened: Iterable[Json], over: Collection[str], filters: Mapping[str, str], now: float
) -> Sequence[Json]:
    """`over`: ids of requests whose end was told."""
    # Of what is running nobody knows yet by which account, or how it ends.
    if "account" in filters or "status" in filters:
        return ()
    return [
        each
        for each in opened
        if each["id"] not in over and now - (epoch(each["timestamp"]) or 0.0) < LONGEST and _matches(each, filters)
    ]


def _matches(opened: Json, filters: Mapping[str, str]) -> bool:
    text = filters.get("text", "").lower()
    return (text in opened["id"].lower() or text in opened["path"].lower()) and all(
        opened[field] == filters[name] for name, field in _FIELDS.items() if name in filters
    )
