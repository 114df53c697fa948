"""What clients received and upstreams saw, compared with what is in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from claudeflare.simulator.seen import SeenRequest
from claudeflare.storage.database import Database
from claudeflare.storage.tables import open_requests, requests
from harness.server import ClaudeflareServer, eventually
from harness.steady_load import Ledger

RECORDED_SECONDS = 40.0
"""Ingest tries again after at most ten seconds, and has to catch up."""


@dataclass
class Parity:
    """How the two sides compare; everything but the counts should be empty."""

    answered: int = 0
    recorded: int = 0
    unrecorded: set[str] = field(default_factory=set)
    """Requests (user agents) whose client received a whole answer and that have no record of one."""
    untraced: set[str] = field(default_factory=set)
    """Requests that reached the upstream and have no record of any kind."""
    repeated: set[str] = field(default_factory=set)
    """Requests with more than one record."""
    open: int = 0
    """Requests whose end is not recorded, although all have ended."""

    @property
    def lost(self) -> set[str]:
        """Requests whose record should be there."""
        return self.unrecorded | self.untraced

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, doubled or left open."""
        return not (self.unrecorded or self.untraced or self.repeated or self.open)


def compare(ledger: Ledger, seen: Iterable[SeenRequest], database: Database) -> Parity:
    """As of now."""
    with database.read() as connection:
        columns = select(requests.c.id, requests.c.user_agent, requests.c.status, requests.c.terminal_state)
        rows = connection.execute(columns).all()
        still_open = connection.scalar(select(func.count()).select_from(open_requests)) or 0
    # An answer of Claudeflare itself (503 while it starts) is recorded as refused; one of the upstream is complete.
    ended = {(row.id, row.user_agent, row.status) for row in rows if row.terminal_state in ("complete", "refused")}
    ended |= {(row.id, row.user_agent, row.status) for row in rows if row.status >= 400}
    counts = Counter(row.user_agent for row in rows)
    return Parity(
        answered=len(ledger.whole),
        recorded=len(rows),
        unrecorded={each.name for each in ledger.whole if (each.request_id, each.name, each.status) not in ended},
        untraced={str(each.header("user-agent")) for each in seen if each.header("user-agent") not in counts},
        repeated={str(name) for name, count in counts.items() if count > 1},
        open=still_open,
    )


async def settled_parity(
    server: ClaudeflareServer, ledger: Ledger, seen: Iterable[SeenRequest], *, url: str = "", lost: int = 0
) -> Parity:
    """The comparison once it holds but for so many `lost` requests, or else as it is at last."""
    database = Database(url or f"sqlite:///{server.home.database}")
    last = Parity()

    async def asked() -> Parity | None:
        nonlocal last
        last = compare(ledger, seen, database)
        return last if len(last.lost) == lost and not (last.repeated or last.open) else None

    try:
        return await eventually(asked, "parity", RECORDED_SECONDS)
    except AssertionError:
        return last
    finally:
        database.dispose()


async def assert_everybody_agrees(server: ClaudeflareServer, parity: Parity) -> None:
    """The command line and the statistics count what the database holds."""
    listed: list[Any] = (await server.cli("requests", "--json", "--limit", "1000000")).json()
    ids = [request["id"] for request in listed]
    assert len(ids) == len(set(ids)) == parity.recorded
    stats = (await server.api.get("/api/stats")).json()
    assert stats["totalRequests"] == parity.recorded
