"""Which rows a list of requests asks for: the owner's filter and the place where the page begins."""

from __future__ import annotations

import base64
import binascii
import math
import re

from sqlalchemy import ColumnElement, Connection, and_, false, literal, literal_column, or_, tuple_

from claudeflare.errors import InvalidInput
from claudeflare.journal.records import TERMINAL_STATES
from claudeflare.storage import storable
from claudeflare.storage.accounts import find_account_id
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.removed_accounts import account_ids_once_named
from claudeflare.storage.tables import requests

Condition = ColumnElement[bool]

# Word for word the conditions of partial indexes: without them no database sees that the index has all that is asked.
_NOT_COMPLETE = requests.c.terminal_state != literal_column("'complete'")
_NOT_200 = requests.c.status != literal_column("200")


def conditions(connection: Connection, wanted: RequestFilter) -> list[Condition]:
    """The filter as SQL. Raises `InvalidInput` for a status nobody can have."""
    columns = requests.c
    found: list[Condition] = []
    if wanted.account is not None:
        account_id = find_account_id(connection, wanted.account)
        # By id, so that a new name finds old records, and because an index has it; else by the newest name.
        ids = account_ids_once_named(connection, wanted.account) if account_id is None else [account_id]
        # Of nobody there is nothing: said outright, because for an empty list some databases read every row.
        found.append(or_(*(columns.account_id == each for each in ids)) if ids else false())
    if wanted.model is not None:
        found.append(columns.model == storable.text(wanted.model))
    if wanted.session is not None:
        found.append(columns.session == storable.text(wanted.session))
    if wanted.client_key is not None:
        found.append(columns.client_key == storable.text(wanted.client_key))
    if wanted.agent is not None:
        found.append(columns.agent_id == storable.text(wanted.agent))
    if wanted.text is not None:
        found.append(_text(storable.text(wanted.text)))
    if wanted.status is not None:
        found.append(_status(wanted.status))
    if wanted.since is not None:
        found.append(columns.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(columns.started_at < wanted.until)
    return found


def check(wanted: RequestFilter) -> None:
    """Raises `InvalidInput` for a status nobody can have."""
    if wanted.status is not None:
        _status(wanted.status)


def _text(text: str) -> Condition:
    columns = requests.c
    return or_(*(each.icontains(text, autoescape=True) for each in (columns.id, columns.path, columns.error_message)))


def _status(status: str) -> Condition:
    columns = requests.c
    if status in ("success", "error"):
        # `error` is both a terminal state and the opposite of success; people mean the wider of the two.
        return columns.success if status == "success" else ~columns.success
    if status == "complete":
        return columns.terminal_state == status
    if status in TERMINAL_STATES:
        return and_(columns.terminal_state == status, _NOT_COMPLETE)
    if re.fullmatch(r"[1-9][0-9]{2}", status):
        found = columns.status == int(status)
        return found if status == "200" else and_(found, _NOT_200)
    if re.fullmatch(r"[1-5]xx", status):
        lowest = int(status[0]) * 100
        found = columns.status.between(lowest, lowest + 99)
        return found if lowest == 200 else and_(found, _NOT_200)
    states = ", ".join(state for state in TERMINAL_STATES if state != "error")
    raise InvalidInput(
        f"There is no status {status!r}. Use success, error, {states}, a code like 429, or a class like 5xx."
    )


def after(cursor: str) -> Condition:
    """Only what comes after the row the cursor names, newest first. Raises `InvalidInput` for what is no cursor."""
    started_at, request_id = _decode(cursor)
    # One comparison of pairs, not `a < x OR (a = x AND b < y)`: only this one is read off the index as a range.
    return tuple_(requests.c.started_at, requests.c.id) < tuple_(literal(started_at), literal(request_id))


def cursor(started_at: float, request_id: str) -> str:
    """Names one row; opaque to everybody else."""
    # repr() of a float reads back as the very same float.
    return base64.urlsafe_b64encode(f"{started_at!r} {request_id}".encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[float, str]:
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        number, separator, request_id = decoded.partition(" ")
        started_at = float(number)
    except (binascii.Error, ValueError) as error:
        raise _no_cursor() from error
    if not separator or not math.isfinite(started_at) or not storable.is_key(request_id):
        raise _no_cursor()
    return started_at, request_id


def _no_cursor() -> InvalidInput:
    return InvalidInput("This cursor is not one that a list of requests gave. Begin again without a cursor.")
