"""`/api/audit`: who changed what, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from claudeflare.api.schemas.audit import AuditEntryResource
from claudeflare.api.services import ServicesOf
from claudeflare.api.times import parse_moment, to_iso
from claudeflare.storage.audit import AuditEntry, AuditFilter

router = APIRouter(prefix="/api", tags=["access"])

PAGE = 100
"""Entries in an answer when nothing is said."""
LONGEST_PAGE = 1000
"""A longer page is cut to this; `x-next-cursor` leads on."""

Moment = Annotated[str | None, Query(description="A span back from now (24h, 7d), ISO 8601, or epoch seconds")]


@router.get("/audit")
def list_changes(  # each is a filter of the query
    services: ServicesOf,
    response: Response,
    *,
    limit: Annotated[int, Query(description=f"At most {LONGEST_PAGE} are answered at once")] = PAGE,
    cursor: Annotated[str | None, Query(description="`x-next-cursor` of the page before")] = None,
    action: Annotated[str | None, Query(description="Such as pause-account")] = None,
    subject: Annotated[str | None, Query(description="What it was done to, by the name it had then")] = None,
    who: Annotated[str | None, Query(description="token, session, command line")] = None,
    since: Moment = None,
    until: Moment = None,
) -> list[AuditEntryResource]:
    """Changes, newest first, kept for a year; the header `x-next-cursor` leads to the next page."""
    now = services.clock()
    wanted = AuditFilter(
        action=action,
        subject=subject,
        who=who,
        since=None if since is None else parse_moment(since, now),
        until=None if until is None else parse_moment(until, now),
    )
    page, next_cursor = services.audit.list(wanted, cursor, min(limit, LONGEST_PAGE))
    if next_cursor is not None:
        response.headers["x-next-cursor"] = next_cursor
    return [_resource(number, entry) for number, entry in page]


def _resource(number: int, entry: AuditEntry) -> AuditEntryResource:
    return AuditEntryResource(
        id=number,
        at=to_iso(entry.at),
        who=entry.who,
        session_id=entry.session_id,
        address=entry.address,
        action=entry.action,
        subject=entry.subject,
        before=None if entry.before is None else dict(entry.before),
        after=None if entry.after is None else dict(entry.after),
    )
