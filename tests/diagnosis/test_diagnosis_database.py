from __future__ import annotations

from typing import Any

import pytest

from claudeflare.diagnosis.database import check_database
from claudeflare.storage.checkup import DatabaseCondition

SOUND: dict[str, Any] = {
    "place": "/data/claudeflare.db",
    "engine": "SQLite 3.45.1",
    "revision": "0009",
    "needed_revision": "0009",
    "sound": True,
}


@pytest.mark.parametrize(
    ("served", "condition", "state", "summary"),
    [
        (True, {}, "ok", "SQLite 3.45.1, /data/claudeflare.db: no damage."),
        (True, {"sound": None}, "ok", "SQLite 3.45.1, /data/claudeflare.db: no damage seen in the time there was."),
        (True, {"sound": None, "engine": "PostgreSQL 16.1"}, "ok", "PostgreSQL 16.1, /data/claudeflare.db: answers."),
        (True, {"sound": False, "damage": ["Page 4: gone"]}, "problem", "It is damaged: /data/claudeflare.db"),
        (
            False,
            {"revision": None},
            "ok",
            "SQLite 3.45.1, /data/claudeflare.db: empty, its tables are made when the server starts.",
        ),
        (
            False,
            {"revision": "0008"},
            "ok",
            "SQLite 3.45.1, /data/claudeflare.db: upgraded when the server starts, from schema 0008 to 0009.",
        ),
        (
            True,
            {"revision": "0008"},
            "warning",
            "The server works with older tables than this version needs (from schema 0008 to 0009).",
        ),
        (
            False,
            {"revision": "0100", "known_revision": False},
            "problem",
            "A newer version of Claudeflare made its tables (schema 0100).",
        ),
        (False, {"error": "The database /d is damaged. Restore it."}, "problem", "The database /d is damaged."),
    ],
)
def test_each_condition(served: bool, condition: dict[str, Any], state: str, summary: str) -> None:
    [found] = check_database(DatabaseCondition(**{**SOUND, **condition}), served=served)
    assert (found.state, found.summary) == (state, summary)
    assert (found.cure is None) == (state == "ok")


def test_none_yet() -> None:
    [found] = check_database(None, served=False)
    assert found.state == "ok"
