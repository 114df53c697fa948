"""Which server is meant and whether one runs, without making or changing anything where none ever ran."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from claudeflare.client.running import server_or_lock
from claudeflare.diagnosis.case import Case
from claudeflare.diagnosis.finding import Finding, of_error, problem, skipped, warning
from claudeflare.diagnosis.time_limits import LOCK_SECONDS
from claudeflare.errors import Unreachable
from claudeflare.supervisor.announcement import Announcement, read_announcement

START = "claudeflare serve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to look."""

    url: str | None = None
    """The server's; None: none runs."""
    pid: int | None = None
    """Its process, when it is the data directory's own."""
    local: bool = True
    """The data directory of this machine is meant."""
    open: bool = False
    """No server runs on it, and none can start until the examination is over: it may be looked into."""
    findings: tuple[Finding, ...] = ()


@asynccontextmanager
async def meant_place(case: Case) -> AsyncIterator[Place]:
    """Find it. With no server, its lock is held until the block ends."""
    if case.url is not None:
        yield Place(url=case.url, local=False)
        return
    home = case.home
    if not home.directory.exists():
        summary = f"No server has ever run on {home.directory}."
        yield Place(findings=(warning("server", summary, START),))
        return
    before = read_announcement(home.server)
    held = server_or_lock(home, LOCK_SECONDS)
    try:
        url = await held.__aenter__()
    except Unreachable as error:
        cure = "try again in a moment; else look at the output of `claudeflare serve`, or at `claudeflare logs`"
        yield Place(findings=(of_error("server", str(error), cure),))
        return
    except OSError as error:
        summary = f"The data directory {home.directory} cannot be used: {error.strerror}."
        cure = "make it writable for the user who runs Claudeflare, or name another with CLAUDEFLARE_HOME"
        yield Place(findings=(problem("server", summary, cure), skipped("database", "The database", "see above")))
        return
    try:
        if url is not None:
            yield Place(url=url, pid=None if before is None else before.pid)
        else:
            yield Place(open=True, findings=tuple(_none_runs(before)))
    finally:
        await held.__aexit__(None, None, None)


def _none_runs(before: Announcement | None) -> list[Finding]:
    found = [warning("server", "No server runs.", START)]
    if before is not None:
        summary = f"The last server (process {before.pid}, {before.url}) was killed, or the machine went down."
        found.append(warning("server", summary, "claudeflare logs --level warn", "What it recorded is safe."))
    return found
