"""How far the upkeep of rollups has come: values among the metadata, read in each transaction that needs them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, select

from claudeflare.storage import metadata
from claudeflare.storage.tables import single_values

FOLDED_UNTIL: Final = "rollups_folded_until"
COUNTED_FROM: Final = "rollups_counted_from"
COUNT_DOWN_TO: Final = "rollups_count_down_to"
PAIRED_FROM: Final = "rollups_paired_from"

MINUTES_KEPT: Final = 48 * 3600
"""Seconds that figures by the minute are kept for, counted back from `folded_until`."""


class RollupState(NamedTuple):
    """Times are UTC epoch seconds."""

    folded_until: int = 0
    """Minutes before this one are in all levels and kinds; from it on there are cells of a minute and all dimensions
    only, which is all that ingest writes as a rule.
    """
    counted_from: float = -math.inf
    """Requests that began before this, down to `count_down_to`, are not counted yet, whether they are on record or
    come now: see `rollup_recount`.
    """
    count_down_to: float = -math.inf
    paired_from: float = -math.inf
    """A midnight (UTC): earlier stretches have no cells of kind `ACCOUNT_MODEL`, which came later than the others."""

    @property
    def uncounted(self) -> tuple[float, float]:
        """From when to when requests are not counted yet."""
        return self.count_down_to, self.counted_from

    @property
    def minutes_from(self) -> int:
        """From when on there are figures by the minute."""
        return self.folded_until - MINUTES_KEPT


_KEYS: Final = {
    FOLDED_UNTIL: "folded_until",
    COUNTED_FROM: "counted_from",
    COUNT_DOWN_TO: "count_down_to",
    PAIRED_FROM: "paired_from",
}


def read_state(connection: Connection) -> RollupState:
    """As of the caller's transaction."""
    rows = connection.execute(select(single_values).where(single_values.c.key.in_(_KEYS)))
    found = {_KEYS[row.key]: float(row.value) for row in rows}
    return RollupState(
        folded_until=int(found.get("folded_until", 0)),
        counted_from=found.get("counted_from", -math.inf),
        count_down_to=found.get("count_down_to", -math.inf),
        paired_from=found.get("paired_from", -math.inf),
    )


def write_folded_until(connection: Connection, moment: int) -> None:
    """Everything before is in all levels and kinds."""
    metadata.write_value(connection, FOLDED_UNTIL, str(moment))


def write_counted_from(connection: Connection, moment: float, count_down_to: float) -> None:
    """What began at `moment` or later is counted; the rest is, down to `count_down_to`, still to be."""
    metadata.write_value(connection, COUNTED_FROM, repr(moment))
    metadata.write_value(connection, COUNT_DOWN_TO, repr(count_down_to))


def write_paired_from(connection: Connection, moment: float) -> None:
    """From this midnight on there are cells of all kinds."""
    metadata.write_value(connection, PAIRED_FROM, repr(moment))


def all_is_counted(connection: Connection) -> None:
    """Nothing is left to be counted."""
    connection.execute(delete(single_values).where(single_values.c.key.in_([COUNTED_FROM, COUNT_DOWN_TO])))
