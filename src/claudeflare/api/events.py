"""`/api/events`: everything that happens, as it happens."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response

from claudeflare.api import activity
from claudeflare.api.event_stream import EventStream, kinds
from claudeflare.api.live_view import encoded, happening_resource
from claudeflare.api.schemas.events import Happening
from claudeflare.api.services import ServicesOf
from claudeflare.errors import InvalidInput

router = APIRouter(prefix="/api/events", tags=["events"])

PAGE: Final = 50
LONGEST_PAGE: Final = 1000

PARTS: Final = {
    "requests": (activity.REQUESTS,),
    "accounts": (activity.ACCOUNT, activity.ACCOUNT_REMOVED),
    "gauges": (activity.GAUGES,),
    "queue": (activity.QUEUE,),
    "strategy": (activity.STRATEGY,),
    "happenings": (activity.HAPPENED,),
}
"""What `include` can name -> kinds of events."""

LastEventId = Annotated[str | None, Header(description="The id of the last event that was read")]


@router.get("", response_class=EventStream, status_code=200)
async def stream_events(
    services: ServicesOf,
    include: Annotated[str | None, Query(description=f"Only some, with commas: {', '.join(PARTS)}")] = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """What happens, as server-sent events; with `Last-Event-ID`, what happened since then first.

    `ready` comes first: fetch then what you show. `reset`: something was missed, fetch it anew.
    """
    wanted = kinds([kind for name in _names(include) for kind in PARTS[name]])
    live = services.live
    return EventStream(live, live.activity, last_event_id, encoded, wanted)


@router.get("/history")
def show_happenings(
    services: ServicesOf,
    response: Response,
    limit: Annotated[int, Query(description=f"At most {LONGEST_PAGE} are answered at once")] = PAGE,
    cursor: Annotated[str | None, Query(description="`x-next-cursor` of the page before")] = None,
    account: Annotated[str | None, Query(description="Only of this one, by id or name")] = None,
) -> list[Happening]:
    """What happened to accounts and client keys in the last month, newest first: limits, recoveries, troubles, new
    tokens, budgets used up; once a minute of a kind.

    What the owner did is in `/api/audit`. The header `x-next-cursor` leads to the next page.
    """
    account_id = None if account is None else services.accounts.get(account).account.id
    page, next_cursor = services.happenings.list(cursor, min(limit, LONGEST_PAGE), account_id)
    if next_cursor is not None:
        response.headers["x-next-cursor"] = next_cursor
    names = {stored.account.id: stored.account.name for stored in services.accounts.list()}
    return [happening_resource(what, names) for what in page]


def _names(include: str | None) -> list[str]:
    names = [name.strip() for name in include.split(",")] if include else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise InvalidInput(f"There are no events {unknown[0]!r}. Use {', '.join(PARTS)}.")
    return names
