"""Rollups: what requests add up to, by stretch of time and by what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from claudeflare.analytics.segments import Segment
from claudeflare.storage import rollup_folding, rollup_recount
from claudeflare.storage.database import Database
from claudeflare.storage.rollup_reading import RollupReader


class RollupStore:
    """Raises `StorageError` when the database fails. Rollups are written with the records: see `RequestStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._named: dict[int, Segment] = {}

    @contextmanager
    def reading(self) -> Iterator[RollupReader]:
        """Questions whose answers are of one moment."""
        with self._database.read() as connection:
            yield RollupReader(connection, self._named)

    def fold(self, now: float) -> bool:
        """Fold some minutes that are over into longer stretches; whether there are more."""
        with self._database.write() as connection:
            return rollup_folding.fold_step(connection, now)

    def expire(self) -> bool:
        """Drop some of the minutes that are not kept any more; whether there may be more."""
        with self._database.write() as connection:
            return rollup_folding.expire_step(connection)

    def recount(self) -> bool:
        """Count some records that are in no rollup yet; whether there may be more."""
        with self._database.write() as connection:
            return rollup_recount.recount_step(connection)

    def count_anew(self) -> None:
        """Forget all that can be counted again; `recount` then does it, step by step."""
        with self._database.write() as connection:
            rollup_recount.begin_recount(connection)
