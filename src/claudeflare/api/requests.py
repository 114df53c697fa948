"""`/api/requests`: what was recorded of every request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from claudeflare.api.request_view import explanation, request_detail, request_resource
from claudeflare.api.schemas.requests import Explanation, RequestDetail, RequestResource
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.times import parse_moment
from claudeflare.errors import NotFound
from claudeflare.journal.records import Finished
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


@router.get("/{request_id}")
def show_request(request_id: str, services: ServicesOf) -> RequestDetail:
    """Everything on record about one request."""
    return request_detail(*_record(services, request_id))


@router.get("/{request_id}/explain")
def explain_request(request_id: str, services: ServicesOf) -> Explanation:
    """Why it went where it went."""
    return explanation(*_record(services, request_id))


def _record(services: Services, request_id: str) -> tuple[RequestSummary, Finished]:
    record = services.requests.get(request_id)
    if record is None:
        raise NotFound(f"There is no request {request_id!r} on record. It may still be running, or be long gone.")
    return record
