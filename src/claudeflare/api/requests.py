"""`/api/requests`: what was recorded of every request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from claudeflare.api.cost_view import request_cost
from claudeflare.api.event_stream import EventStream
from claudeflare.api.events import LastEventId
from claudeflare.api.live_view import encoded
from claudeflare.api.request_view import explanation, request_detail, request_resource
from claudeflare.api.schemas.costs import RequestCost
from claudeflare.api.schemas.requests import Explanation, RequestDetail, RequestResource
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.times import parse_moment
from claudeflare.errors import NotFound
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Finished
from claudeflare.live.feed import Event
from claudeflare.live.matching import matches
from claudeflare.storage import request_query
from claudeflare.storage.records import RequestFilter, RequestSummary

router = APIRouter(prefix="/api/requests", tags=["requests"])

PAGE = 100
"""Requests in an answer when nothing is said."""
LONGEST_PAGE = 1000
"""A longer page is cut to this; `x-next-cursor` leads on."""

Moment = Annotated[str | None, Query(description="A span back from now (24h, 7d), ISO 8601, or epoch seconds")]


def wanted(
    services: ServicesOf,
    account: str | None = None,
    model: str | None = None,
    status: Annotated[str | None, Query(description="success, error, a terminal state, 429, 5xx")] = None,
    session: str | None = None,
    agent: Annotated[str | None, Query(description="The id by which a client tells its agents apart")] = None,
    text: Annotated[str | None, Query(description="In the id, the path or the error's message; any case")] = None,
    client_key: Annotated[str | None, Query(alias="clientKey")] = None,
    since: Moment = None,
    until: Moment = None,
) -> RequestFilter:
    """The filter that the query asks for."""
    now = services.clock()
    return RequestFilter(
        account=account,
        model=model,
        status=status,
        session=session,
        agent=agent,
        text=text or None,
        client_key=client_key,
        since=None if since is None else parse_moment(since, now),
        until=None if until is None else parse_moment(until, now),
    )


@router.get("")
def list_requests(
    services: ServicesOf,
    response: Response,
    only: Annotated[RequestFilter, Depends(wanted)],
    limit: Annotated[int, Query(description=f"At most {LONGEST_PAGE} are answered at once")] = PAGE,
    cursor: Annotated[str | None, Query(description="`x-next-cursor` of the page before")] = None,
) -> list[RequestResource]:
    """One page, newest first; the header `x-next-cursor` leads to the next and is missing on the last."""
    page, next_cursor = services.requests.list(only, cursor, min(limit, LONGEST_PAGE))
    if next_cursor is not None:
        response.headers["x-next-cursor"] = next_cursor
    return [request_resource(summary) for summary in page]


@router.get("/stream", response_class=EventStream, status_code=200)
async def stream_requests(
    services: ServicesOf, only: Annotated[RequestFilter, Depends(wanted)], last_event_id: LastEventId = None
) -> EventStream:
    """Each request as it ends, as server-sent events; with `Last-Event-ID`, those since then first.

    `ready` comes first; `reset`: some were missed, the list has them.
    """
    request_query.check(only)

    def admits(event: Event) -> bool:
        assert isinstance(event.value, RequestSummary)
        return matches(only, event.value)

    return EventStream(services.live, services.live.requests, last_event_id, encoded, admits)


@router.get("/{request_id}")
def show_request(request_id: str, services: ServicesOf) -> RequestDetail:
    """Everything on record about one request."""
    return request_detail(*_record(services, request_id))


@router.get("/{request_id}/explain")
def explain_request(request_id: str, services: ServicesOf) -> Explanation:
    """Why it went where it went."""
    return explanation(*_record(services, request_id))


@router.get("/{request_id}/cost")
def show_request_cost(request_id: str, services: ServicesOf) -> RequestCost:
    """What it cost by list price, kind by kind."""
    return request_cost(*_record(services, request_id), PriceTable())


def _record(services: Services, request_id: str) -> tuple[RequestSummary, Finished]:
    record = services.requests.get(request_id)
    if record is None:
        raise NotFound(f"There is no request {request_id!r} on record. It may still be running, or be long gone.")
    return record
