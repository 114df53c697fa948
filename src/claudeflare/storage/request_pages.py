"""Pages of the list of requests: each read off an index, however deep and whatever the filter."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, func, literal_column, select, tuple_

from claudeflare.storage import request_query
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.tables import accounts, requests

SEARCHED: Final = 4000
"""Requests looked through for a text in one page: no index knows what is inside a text."""
ID_START: Final = "cf_"
LONG_ENOUGH: Final = 11
"""Characters of an id after which so few begin alike that all of them may be read: those of a minute."""

_ORDER: Final = (requests.c.started_at.desc(), requests.c.id.desc())


def page(
    connection: Connection, wanted: RequestFilter, after: str | None, limit: int
) -> tuple[Sequence[Row[Any]], str | None]:
    """Rows of one page, newest first, and the cursor of the next; None when this is the last.

    With a text a page may be short or empty and still have a cursor: so far it was searched.
    """
    searched = None if wanted.text is None or _is_id(wanted.text) else _searched_to(connection, wanted, after)
    statements = [select_page(connection, each, after, limit) for each in _alternatives(connection, wanted)]
    if searched is not None:
        key = tuple_(requests.c.started_at, requests.c.id)
        statements = [each.where(key >= tuple_(*searched)) for each in statements]
    found = [connection.execute(each).all() for each in statements]
    rows = list(heapq.merge(*found, key=lambda row: (row.started_at, row.id), reverse=True))
    if len(rows) > limit:
        return rows[:limit], request_query.cursor(rows[limit - 1].started_at, rows[limit - 1].id)
    return rows, None if searched is None else request_query.cursor(*searched)


def select_page(connection: Connection, wanted: RequestFilter, after: str | None, limit: int) -> Select[Any]:
    """Of one filter, which an index leads to."""
    statement = summaries().where(*_conditions(connection, wanted, after))
    # One more than asked for tells whether there is a next page.
    return statement.order_by(*_ORDER).limit(limit + 1)


def summaries(*more: Any) -> Select[Any]:
    """Lines of the list, with `account_name` beside them."""
    # The account's present name; the recorded one when it is gone.
    name = func.coalesce(accounts.c.name, requests.c.account).label("account_name")
    return (
        select(requests, name, *more).select_from(requests).outerjoin(accounts, accounts.c.id == requests.c.account_id)
    )


def _conditions(connection: Connection, wanted: RequestFilter, after: str | None) -> list[request_query.Condition]:
    text = wanted.text
    if text is not None and _is_id(text):
        wanted = replace(wanted, text=None)
    found = request_query.conditions(connection, wanted)
    if text is not None and _is_id(text):
        lowered = text.lower()
        found += [requests.c.id >= lowered, requests.c.id < lowered + "\x7f"]
    if after is not None:
        found.append(request_query.after(after))
    return found


def _is_id(text: str) -> bool:
    """Whether it can only be the beginning of an id."""
    lowered = text.lower()
    return lowered.startswith(ID_START) and len(lowered) >= LONG_ENOUGH and lowered[3:].isalnum() and lowered.isascii()


def _alternatives(connection: Connection, wanted: RequestFilter) -> list[RequestFilter]:
    """Filters that together say the same: the index by status has the order of time for one code, not for a class."""
    status = wanted.status
    if status is None or not status.endswith("xx") or status == "2xx":
        return [wanted]
    request_query.check(wanted)
    lowest = int(status[0]) * 100
    column, codes, last = requests.c.status, [], lowest - 1
    # From each code one step into the index to the next: there are few, and rows may be many.
    next_code = select(func.min(column)).where(column != literal_column("200"), column < lowest + 100)
    while (code := connection.scalar(next_code.where(column > last))) is not None:
        codes.append(code)
        last = code
    return [replace(wanted, status=str(code)) for code in codes]


def _searched_to(connection: Connection, wanted: RequestFilter, after: str | None) -> tuple[float, str] | None:
    """The last row to look at for a text; None when all that are left can be looked at."""
    where = _conditions(connection, replace(wanted, text=None), after)
    statement = select(requests.c.started_at, requests.c.id).where(*where).order_by(*_ORDER)
    row = connection.execute(statement.offset(SEARCHED - 1).limit(1)).first()
    return None if row is None else (row[0], row[1])
