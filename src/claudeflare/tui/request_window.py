"""The part of an endless list of requests that is held: pages near the reader, of others only their length. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Final

from claudeflare.client.resources import Request

Start = Mapping[str, str | None]
"""What leads to a page: nothing (the newest), a `cursor`, or `until` a moment."""

PAGE_SIZE: Final = 100
FIRST_PAGE_MOST: Final = 300
"""The first page grows as requests come; then its oldest rows are left to be fetched again."""
NEAR: Final = 6
"""Pages on either side of what is in sight that keep their rows."""
WAITING_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class HeldPage:
    """One page."""

    start: Start
    rows: tuple[Request, ...] | None
    """None: let go of; fetched again when the reader comes back."""
    size: int


@dataclass(frozen=True)
class RequestWindow:
    """Never changed. Lines are counted from the newest."""

    pages: tuple[HeldPage, ...] = ()
    following: Start | None = field(default_factory=dict)
    """Where the page after the last one begins; None: there is none."""
    waiting: tuple[Request, ...] = ()
    """Came while the reader was elsewhere, newest first; shown when asked for."""
    waiting_count: int = 0

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(page.size for page in self.pages))

    def __len__(self) -> int:
        return self._ends[-1] if self.pages else 0

    def page_at(self, line: int) -> int:
        """The page that a line is on."""
        return min(bisect_right(self._ends, line), max(0, len(self.pages) - 1))

    def at(self, line: int) -> Request | None:
        """The request on a line; None when it was let go of, or there is none."""
        if not 0 <= line < len(self):
            return None
        page = self.page_at(line)
        rows = self.pages[page].rows
        return None if rows is None else rows[line - self._ends[page] + self.pages[page].size]

    def line_of(self, request_id: str) -> int | None:
        """Where a request is; None when no page that is held has it."""
        for page, end in zip(self.pages, self._ends, strict=True):
            for number, row in enumerate(page.rows or ()):
                if row["id"] == request_id:
                    return end - page.size + number
        return None

    def __repr__(self) -> str:
        return f"<RequestWindow {len(self)} lines on {len(self.pages)} pages, {self.waiting_count} waiting>"


def begun(rows: Sequence[Request], cursor: str | None) -> RequestWindow:
    """The list begun anew with its first page."""
    return RequestWindow((HeldPage({}, tuple(rows), len(rows)),), _behind(cursor))


def with_next(known: RequestWindow, rows: Sequence[Request], cursor: str | None) -> RequestWindow:
    """With the page that `following` led to."""
    if known.following is None:
        return known
    last = {row["id"] for row in (known.pages[-1].rows or ())} if known.pages else set()
    fresh = tuple(row for row in rows if row["id"] not in last)
    page = HeldPage(known.following, fresh, len(fresh))
    return replace(known, pages=(*known.pages, page) if fresh else known.pages, following=_behind(cursor))


def refilled(known: RequestWindow, index: int, rows: Sequence[Request]) -> RequestWindow:
    """With the rows of a page that had been let go of. Its length stays, so that nothing moves under the reader."""
    page = known.pages[index]
    kept = tuple(rows[: page.size])
    return replace(known, pages=_put(known.pages, index, replace(page, rows=kept, size=len(kept))))


def with_news(known: RequestWindow, news: Sequence[Request], *, away: bool) -> RequestWindow:
    """With requests that have ended since: in their places, or set aside while the reader is `away`."""
    latest = {row["id"]: row for row in news}
    pages = tuple(_updated(page, latest) for page in known.pages)
    fresh = list(latest.values())
    if not fresh or not pages:
        return replace(known, pages=pages)
    if away or pages[0].rows is None:
        waiting = sorted([*fresh, *(row for row in known.waiting if row["id"] not in latest)], key=_age, reverse=True)
        count = known.waiting_count + len(waiting) - len(known.waiting)
        return replace(known, pages=pages, waiting=tuple(waiting[:WAITING_KEPT]), waiting_count=count)
    return _trimmed(replace(known, pages=(_grown(pages[0], fresh, known), *pages[1:])))


def with_waiting(known: RequestWindow) -> RequestWindow | None:
    """What waited takes its place; None when more waited than were kept: then the list must be fetched anew."""
    if known.waiting_count > len(known.waiting):
        return None
    return with_news(replace(known, waiting=(), waiting_count=0), known.waiting, away=False)


def let_go(known: RequestWindow, first: int, last: int) -> RequestWindow:
    """Without the rows of pages far from the lines in sight."""
    near = range(known.page_at(first) - NEAR, known.page_at(last) + NEAR + 1)
    if not any(page.rows is not None and index not in near for index, page in enumerate(known.pages)):
        return known
    return replace(
        known, pages=tuple(page if index in near else _left(page, index) for index, page in enumerate(known.pages))
    )


def _left(page: HeldPage, index: int) -> HeldPage:
    # Of the first page, "the newest" would be others by then.
    start = _just_after(page.rows[0]) if index == 0 and page.rows else page.start
    return replace(page, start=start, rows=None)


def _updated(page: HeldPage, latest: dict[str, Request]) -> HeldPage:
    """With a later word on requests it has; those are taken out of `latest`."""
    if not page.rows or not any(row["id"] in latest for row in page.rows):
        return page
    return replace(page, rows=tuple(latest.pop(row["id"], row) for row in page.rows))


def _grown(first: HeldPage, fresh: Sequence[Request], known: RequestWindow) -> HeldPage:
    """With new rows, by when they began; what began before all of it is further down, and fetched there."""
    rows = first.rows or ()
    is_last = not rows or (len(known.pages) == 1 and known.following is None)
    here = fresh if is_last else [row for row in fresh if _age(row) > _age(rows[-1])]
    every = tuple(sorted([*here, *rows], key=_age, reverse=True))
    return replace(first, rows=every, size=len(every))


def _trimmed(known: RequestWindow) -> RequestWindow:
    first = known.pages[0]
    if first.rows is None or len(first.rows) <= FIRST_PAGE_MOST:
        return known
    rows = first.rows[:PAGE_SIZE]
    return replace(known, pages=(HeldPage({}, rows, len(rows)),), following=_just_after(rows[-1]))


def _put(pages: tuple[HeldPage, ...], index: int, page: HeldPage) -> tuple[HeldPage, ...]:
    return (*pages[:index], page, *pages[index + 1 :])


def _behind(cursor: str | None) -> Start | None:
    return None if cursor is None else {"cursor": cursor}


def _age(row: Request) -> tuple[str, str]:
    # ISO times in UTC, all of one length, sort as text.
    return row["timestamp"], row["id"]


def _just_after(row: Request) -> Start:
    """A page `until` then begins with this row: times are told in milliseconds."""
    return {"until": (datetime.fromisoformat(row["timestamp"]) + timedelta(milliseconds=1)).isoformat()}
