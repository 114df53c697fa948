from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.control.timeline import Timeline
from claudeflare.home import Home
from claudeflare.storage.happenings import Happening, HappeningStore
from harness.data_directory import opened

WHAT = Happening(at=1.0, kind="budget", client_key="ci")


def test_it_is_kept_and_told(tmp_path: Path) -> None:
    told: list[Happening] = []
    with opened(Home(tmp_path)) as database:
        store = HappeningStore(database)
        timeline = Timeline(store, told.append)
        timeline.tell(WHAT)
        assert (store.list(None, 9)[0], told, repr(timeline)) == ([WHAT], [WHAT], "<Timeline>")


def test_without_a_database_it_is_told_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[Happening] = []
    with opened(Home(tmp_path)) as database:
        with database.write() as connection:
            connection.exec_driver_sql("DROP TABLE happenings")
        Timeline(HappeningStore(database), told.append).tell(WHAT)
    assert told == [WHAT]
    assert "what happened (budget) could not be put on record" in caplog.text
