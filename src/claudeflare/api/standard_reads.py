"""The questions that dashboard and command line ask all day, asked once to see how long each takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from fastapi import Response

from claudeflare.api.accounts import list_accounts
from claudeflare.api.analytics import show_analytics
from claudeflare.api.audit import list_changes
from claudeflare.api.events import show_happenings
from claudeflare.api.keys import list_keys
from claudeflare.api.requests import list_requests
from claudeflare.api.retention import show_retention
from claudeflare.api.services import Services
from claudeflare.api.stats import show_stats
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter, RequestSummary
from claudeflare.storage.slow_statements import Execution

NOT_IN_ANY: Final = "a text that is in no request"
"""To find nothing takes longest."""


class Read(NamedTuple):
    """One of them, done."""

    name: str
    seconds: float
    executed: list[tuple[Database, Execution]]


def standard_reads(services: Services, databases: Sequence[Database]) -> Iterator[Read]:
    """Each as soon as it is done, with the statements it needed. Raises `StorageError`."""
    for name, ask in _questions(services):
        with ExitStack() as recordings:
            recorded = [(database, recordings.enter_context(database.statements.recording())) for database in databases]
            began = time.perf_counter()
            ask()
            seconds = time.perf_counter() - began
        yield Read(name, seconds, [(database, each) for database, executed in recorded for each in executed])


def _questions(services: Services) -> Iterator[tuple[str, Callable[[], object]]]:
    def lists(**only: Any) -> Callable[[], object]:
        return lambda: list_requests(services, Response(), RequestFilter(**only))

    def analytics(span: str, **only: Any) -> Callable[[], object]:
        return lambda: show_analytics(services, span, **only)

    newest = _newest(services)
    yield "accounts", lambda: list_accounts(services, Response())
    yield "client keys", lambda: list_keys(services, Response())
    yield "stats", lambda: show_stats(services)
    yield "happenings", lambda: show_happenings(services, Response())
    yield "audit log", lambda: list_changes(services, Response())
    yield "retention", lambda: show_retention(services)
    yield "requests", lists()
    yield "failed requests", lists(status="error")
    yield "requests answered 429", lists(status="429")
    yield "requests with a text", lists(text=NOT_IN_ANY)
    if newest is not None:
        yield "one request", lambda: services.requests.get(newest.id)
        yield "its payloads", lambda: services.payloads.get(newest.id)
        yield "requests of an account", lists(account=newest.account or NOT_IN_ANY)
        yield "requests of a model", lists(model=newest.model or NOT_IN_ANY)
        yield "requests of a session", lists(session=newest.session or NOT_IN_ANY)
        yield "requests of a client key", lists(client_key=newest.client_key or NOT_IN_ANY)
    for span in ("1h", "24h", "7d", "30d", "90d"):
        yield f"analytics of {span}", analytics(span)
    if newest is not None and newest.account and newest.model:
        only = {"accounts": newest.account, "models": newest.model}
        yield "analytics of 30d, one account and model", analytics("30d", **only)


def _newest(services: Services) -> RequestSummary | None:
    page, _ = services.requests.list(RequestFilter(), None, 1)
    return page[0] if page else None
