"""`/api/logs`: what the server's processes log, as it was and as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from claudeflare.api.schemas.logs import LogLine
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.times import parse_moment
from claudeflare.home import Home
from claudeflare.log_files.follower import LogFollower, end_of, parse_position, position_text
from claudeflare.log_files.history import LogEntry, Wanted, latest

router = APIRouter(prefix="/api/logs", tags=["logs"])

LONGEST_HISTORY = 10_000
"""More lines than this are cut to the latest."""
POLL_SECONDS = 0.5
"""How often the files are looked at for those who follow; they are written by other processes."""

Level = Annotated[
    Literal["debug", "info", "warn", "error"],
    Query(description="The least severe level; LOG_LEVEL decides what is there"),
]


@router.get("/history")
def show_history(
    services: ServicesOf,
    response: Response,
    limit: Annotated[int, Query(ge=1, description=f"At most {LONGEST_HISTORY} are answered")] = 100,
    level: Level = "debug",
    since: Annotated[str | None, Query(description="A span back from now (24h), ISO 8601, or epoch seconds")] = None,
) -> list[LogLine]:
    """The latest lines of all processes, oldest first.

    The header `x-last-event-id` is where the stream goes on, given to it as `Last-Event-ID`.
    """
    wanted = Wanted(level, None if since is None else parse_moment(since, services.clock()))
    entries, position = latest(_directory(services), min(limit, LONGEST_HISTORY), wanted)
    response.headers["x-last-event-id"] = position_text(position)
    return [_line(entry) for entry in entries]


def follower(
    services: ServicesOf,
    level: Level = "debug",
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[
        str | None, Query(description="As `Last-Event-ID`, for browsers, which set that only later")
    ] = None,
) -> LogFollower:
    """Reads on where this client stopped; for a new one, from now."""
    directory = _directory(services)
    stopped = last_event_id or after
    position = end_of(directory) if stopped is None else parse_position(stopped)
    return LogFollower(directory, position, Wanted(level))


@router.get("/stream", response_class=EventSourceResponse)
async def stream_lines(following: Annotated[LogFollower, Depends(follower)]) -> AsyncIterator[ServerSentEvent]:
    """Each new line as a server-sent event; with `Last-Event-ID`, those since then first."""
    while True:
        for entry, position in await asyncio.to_thread(following.read):
            yield ServerSentEvent(data=_line(entry), id=position_text(position))
        await asyncio.sleep(POLL_SECONDS)


def _directory(services: Services) -> Path:
    return Home(services.settings.home).logs


def _line(entry: LogEntry) -> LogLine:
    return LogLine(**msgspec.structs.asdict(entry))
