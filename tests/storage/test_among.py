from __future__ import annotations

from sqlalchemy import text

from claudeflare.storage.among import rows_among
from claudeflare.storage.database import Database


def test_rows_whose_key_is_among_the_values(database: Database) -> None:
    with database.write() as connection:
        binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
        connection.execute(text(f"CREATE TEMP TABLE things (name TEXT, mark {binary})"))
        things = [{"name": f"n{number}", "mark": bytes([number])} for number in range(4)]
        connection.execute(text("INSERT INTO things VALUES (:name, :mark)"), things)
        by_name = rows_among(connection, "SELECT mark FROM things WHERE name", ["n1", "n3", "n9"])
        assert sorted(bytes(row[0]) for row in by_name) == [b"\1", b"\3"]
        by_mark = rows_among(connection, "SELECT name FROM things WHERE mark", [b"\0", b"\2"])
        assert sorted(row[0] for row in by_mark) == ["n0", "n2"]
        assert rows_among(connection, "SELECT name FROM things WHERE name", []) == []
