"""Single values by name: markers, and settings the owner changed while running."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from claudeflare.storage.database import Database
from claudeflare.storage.tables import single_values
from claudeflare.storage.upsert import upsert

STRATEGY = "strategy"
"""The policy's name as set at run time."""
STATISTICS_SINCE = "statistics_since"
"""UTC epoch seconds from which statistics count."""
SHED_RECORDS = "shed_records:"
"""Before the name of a gateway's journal writer: how many records it could not write down."""


class MetadataStore:
    """Values are text; their writers know what is in them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """The value; None when it was never set."""
        with self._database.read() as connection:
            return read_value(connection, key)

    def set(self, key: str, value: str) -> None:
        """Set or replace the value."""
        with self._database.write() as connection:
            write_value(connection, key, value)

    def delete(self, key: str) -> None:
        """Forget the value, if there is one."""
        with self._database.write() as connection:
            connection.execute(delete(single_values).where(single_values.c.key == key))


def read_value(connection: Connection, key: str) -> str | None:
    """As `MetadataStore.get`, inside the caller's transaction."""
    return connection.scalar(select(single_values.c.value).where(single_values.c.key == key))


def read_values(connection: Connection, prefix: str) -> dict[str, str]:
    """All values whose keys begin so, by what follows in their keys."""
    found = connection.execute(select(single_values).where(single_values.c.key.startswith(prefix, autoescape=True)))
    return {row.key.removeprefix(prefix): row.value for row in found}


def write_value(connection: Connection, key: str, value: str) -> None:
    """As `MetadataStore.set`, inside the caller's transaction."""
    upsert(connection, single_values, [{"key": key, "value": value}])
