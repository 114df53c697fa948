"""Lists in pages: by the ids at their ends (batches), or by an opaque token (files, skills)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import QueryParams

from claudeflare.simulator.errors import invalid

Entry = dict[str, Any]
TOKEN = "page_"  # noqa: S105  # the beginning of every page token, no secret
LIMITS = (1, 1000)


def page_by_ids(entries: Sequence[Entry], query: QueryParams) -> Entry:
    """One page with `has_more`, `first_id` and `last_id`. Raises ApiError 400 for a limit or an id that is none."""
    limit = _limit(query)
    after, before = query.get("after_id"), query.get("before_id")
    start, end = 0, len(entries)
    if after is not None:
        start = _position(entries, "after_id", after) + 1
    if before is not None:
        end = _position(entries, "before_id", before)
        start = start if after is not None else max(end - limit, 0)
    page = entries[start : min(start + limit, end)]
    backwards = before is not None and after is None
    return {
        "data": list(page),
        "has_more": start > 0 if backwards else start + limit < end,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }


def page_by_token(entries: Sequence[Entry], query: QueryParams) -> Entry:
    """One page with `next_page`. Raises ApiError 400 for a limit or a token that is none."""
    limit = _limit(query)
    token = query.get("page")
    start = 0 if not token else _start(token)
    rest = start + limit < len(entries)
    return {"data": list(entries[start : start + limit]), "next_page": _token(start + limit) if rest else None}


def _limit(query: QueryParams) -> int:
    text = query.get("limit") or "20"
    low, high = LIMITS
    # Longer texts are no such number either, and take long to read.
    limit = int(text) if text.isdecimal() and len(text) < 10 else 0
    if not low <= limit <= high:
        raise invalid(f"limit: Input should be between {low} and {high}")
    return limit


def _position(entries: Sequence[Entry], name: str, wanted: str) -> int:
    for position, entry in enumerate(entries):
        if entry["id"] == wanted:
            return position
    raise invalid(f"{name}: Invalid cursor")


def _token(start: int) -> str:
    return TOKEN + base64.urlsafe_b64encode(str(start).encode()).decode().rstrip("=")


def _start(token: str) -> int:
    text = token.removeprefix(TOKEN)
    try:
        start = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise invalid("page: Invalid page token") from error
    if not token.startswith(TOKEN) or not start.isdecimal() or len(start) > 9:
        raise invalid("page: Invalid page token")
    return int(start)
