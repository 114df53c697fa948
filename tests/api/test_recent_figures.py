from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from claudeflare.api.recent_figures import recent_figures
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.rollups import RollupStore


def test_of_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    shown = recent_figures(RollupStore(database), 0.0, ZoneInfo("UTC"), 1_795_000_000.0)
    assert (shown["duration"], shown["requests_per_second"], shown["today"].requests) == (None, 0.0, 0)
    database.dispose()
