from __future__ import annotations

import pytest
from sqlalchemy import select

from claudeflare.storage.database import Database
from claudeflare.storage.tables import benches, hourly_sums, requests, single_values
from claudeflare.storage.upsert import add_many, insert_new, upsert, upsert_columns, upsert_many


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


def test_many_replace_as_one_does(database: Database) -> None:
    with database.write() as connection:
        upsert_many(connection, single_values, [("a", "1"), ("b", "%s ? :x {}")])
        upsert_many(connection, single_values, [("c", ""), ("a", "2")])
        upsert_many(connection, single_values, [])
        stored = {row.key: row.value for row in connection.execute(select(single_values))}
    assert stored == {"a": "2", "b": "%s ? :x {}", "c": ""}


def test_many_of_every_type(database: Database) -> None:
    row = (1.5, "GET", "/", None, "", True, None, None, "{}", ",", '"', "\\", "NULL", 200, "complete", False)
    rest = (None, "\n", None, 1.0, None, 5e-324, 1e300, 0.0, 0, 2**31, 10**11, None, None, 0, 1, 2, None, None, False)
    given = [(key, *row, *rest, None, None, None) for key in ("a", "b")]
    with database.write() as connection:
        upsert_many(connection, requests, given)
        assert [tuple(each) for each in connection.execute(select(requests).order_by(requests.c.id))] == given


def test_many_add_up(database: Database) -> None:
    def row(hour: int, each: int) -> tuple[object, ...]:
        return hour, "a", "", *[each] * (len(hourly_sums.c) - 3)

    with database.write() as connection:
        add_many(connection, hourly_sums, [row(0, 1), row(3600, 10)])
        add_many(connection, hourly_sums, [row(0, 6), row(3600, -3)])
        add_many(connection, hourly_sums, [])
        sums = select(hourly_sums.c.hour, hourly_sums.c.recorded, hourly_sums.c.streamed_us, hourly_sums.c.cost_usd)
        assert set(map(tuple, connection.execute(sums))) == {(0, 7, 7, 7.0), (3600, 7, 7, 7.0)}


def insert_or_roll_back(database: Database, keys: list[str]) -> None:
    with database.write() as connection:
        if not insert_new(connection, single_values, [keys, ["3", "4"]]):
            raise LookupError


@pytest.mark.parametrize("keys", [["b", "c"], ["d", "d"]])
def test_only_new_keys_are_inserted(database: Database, keys: list[str]) -> None:
    with database.write() as connection:
        assert insert_new(connection, single_values, [["a", "b"], ["1", "\t%s \\N"]])
        assert insert_new(connection, single_values, [[], []])
        assert insert_new(connection, single_values, [])
    with pytest.raises(LookupError):
        insert_or_roll_back(database, keys)
    with database.read() as connection:
        stored = {row.key: row.value for row in connection.execute(select(single_values))}
    assert stored == {"a": "1", "b": "\t%s \\N"}


def test_a_column_that_becomes_empty_throughout_is_emptied(database: Database) -> None:
    def row(key: str, session: str | None) -> tuple[object, ...]:
        values = {column.name: column.type.python_type() for column in requests.c}
        return tuple((values | {"id": key, "session": session}).values())

    with database.write() as connection:
        upsert_columns(connection, requests, [*zip(row("a", "s"), row("b", "t"), strict=True)])
        upsert_columns(connection, requests, [*zip(row("a", None), row("b", None), strict=True)])
        assert connection.scalars(select(requests.c.session)).all() == [None, None]
        upsert_columns(connection, requests, [*zip(row("a", None), row("b", "u"), strict=True)])
        assert connection.scalars(select(requests.c.session).order_by(requests.c.id)).all() == [None, "u"]
