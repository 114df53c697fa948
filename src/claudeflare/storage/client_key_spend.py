"""What client keys have cost, by the quarter of an hour: added to with every record that is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from claudeflare.storage.chunks import chunks
from claudeflare.storage.client_key_tables import client_key_spend
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.storable import text
from claudeflare.storage.tables import requests
from claudeflare.storage.upsert import add_many

QUARTER_SECONDS: Final = 900


class ClientKeySpend:
    """Reads the sums. Raises `StorageError` when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_boot(self, name: str, since: float) -> dict[str, float]:
        """USD of the key's requests that began since then, by the run of a gateway that served them."""
        spent = client_key_spend.c
        statement = (
            select(spent.boot_id, func.sum(spent.usd).label("usd"))
            .where(spent.name == text(name), spent.quarter >= quarter_of(since))
            .group_by(spent.boot_id)
        )
        with self._database.read() as connection:
            return {row.boot_id: row.usd for row in connection.execute(statement)}

    def total(self, name: str, since: float) -> float:
        """The same of all."""
        return sum(self.by_boot(name, since).values())

    def last_used(self, names: Iterable[str]) -> dict[str, float]:
        """When the newest request on record of each key began; keys without one are left out."""
        columns = requests.c
        newest = func.max(columns.started_at)
        found: dict[str, float] = {}
        with self._database.read() as connection:
            for name in names:
                # One look into the index for each: a GROUP BY would read all of it.
                at = connection.scalar(select(newest).where(columns.client_key == text(name)))
                if at is not None:
                    found[name] = at
        return found


def quarter_of(moment: float) -> int:
    """When the quarter of an hour began that a moment is in; both in UTC epoch seconds."""
    return int(moment // QUARTER_SECONDS) * QUARTER_SECONDS


def add_spending(connection: Connection, written: Sequence[PricedRequest], *, replacing: bool) -> None:
    """Count what is being written, inside its transaction.

    `replacing`: of some there may be records already, which are about to be replaced. To be called before they are.
    """
    keyed = [each for each in written if each.finished.client_key is not None]
    if not keyed:
        return
    sums: defaultdict[tuple[str, int, str], list[float]] = defaultdict(lambda: [0, 0.0])
    latest = {each.finished.id: each for each in keyed}
    if replacing:
        for some in chunks([*latest]):
            columns = requests.c.id, requests.c.client_key, requests.c.started_at, requests.c.cost_usd
            for row in connection.execute(select(*columns).where(requests.c.id.in_(some))):
                if row.client_key is not None:
                    again = latest[row.id]
                    usd = _charged(row.cost_usd, again)
                    _count(sums[row.client_key, quarter_of(row.started_at), again.boot_id], -1, -usd)
    for each in latest.values():
        name, begun = text(each.finished.client_key or ""), quarter_of(each.finished.started_at)
        _count(sums[name, begun, each.boot_id], 1, _charged(each.cost_usd, each))
    add_many(connection, client_key_spend, [(*key, int(count), usd) for key, (count, usd) in sums.items()])


def _count(sums: list[float], count: int, usd: float) -> None:
    sums[0] += count
    sums[1] += usd


def _charged(cost: float | None, request: PricedRequest) -> float:
    """What the answer cost; where that is unknown, what the gateway has charged the key."""
    return (request.finished.charged_usd or 0.0) if cost is None else cost
