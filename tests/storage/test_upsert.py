from __future__ import annotations

from sqlalchemy import select

from claudeflare.storage.database import Database
from claudeflare.storage.tables import benches, single_values
from claudeflare.storage.upsert import upsert


def test_the_last_of_equal_keys_wins(database: Database) -> None:
    with database.write() as connection:
        upsert(connection, single_values, [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
        upsert(connection, single_values, [{"key": "b", "value": "3"}])
        upsert(connection, single_values, [])
        assert {row.key: row.value for row in connection.execute(select(single_values))} == {"a": "2", "b": "3"}


def test_an_older_row_does_not_replace_a_newer_one(database: Database, work: str) -> None:
    def row(until: float, changed_at: float) -> dict[str, object]:
        return {
            "account_id": work,
            "model_class": "",
            "until": until,
            "reason": "",
            "guess": False,
            "changed_at": changed_at,
        }

    with database.write() as connection:
        for until, changed_at in ((1.0, 10.0), (2.0, 9.0), (3.0, 10.0), (4.0, 11.0), (5.0, 10.5)):
            upsert(connection, benches, [row(until, changed_at)], unless_older="changed_at")
        assert connection.scalars(select(benches.c.until)).all() == [4.0]
