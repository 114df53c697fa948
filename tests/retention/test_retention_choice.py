from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.retention.retention_choice import Kept, RetentionChoice
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import MetadataStore

GIGABYTE = 2**30


@pytest.fixture
def metadata(tmp_path: Path) -> Iterator[MetadataStore]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    yield MetadataStore(database)
    database.dispose()


def test_settings_hold_until_something_is_chosen(metadata: MetadataStore) -> None:
    settings = Settings(data_retention_days=3)
    choice = RetentionChoice(settings, {}, metadata)
    assert choice.current() == Kept(payload_days=3, request_days=365, payload_max_bytes=2 * GIGABYTE)
    choice.choose({"payload_days": 1, "payload_max_bytes": GIGABYTE})
    chosen = Kept(payload_days=1, request_days=365, payload_max_bytes=GIGABYTE)
    assert choice.current() == chosen
    assert RetentionChoice(settings, {}, metadata).current() == chosen


def test_a_setting_made_on_purpose_wins_at_the_next_start(metadata: MetadataStore) -> None:
    settings, sources = Settings(data_retention_days=3), {"data_retention_days": "environment DATA_RETENTION_DAYS"}
    choice = RetentionChoice(settings, sources, metadata)
    choice.choose({"payload_days": 1, "request_days": 30})
    assert (choice.current().payload_days, choice.current().request_days) == (1, 30)
    again = RetentionChoice(settings, sources, metadata)
    assert (again.current().payload_days, again.current().request_days) == (3, 30)


def test_what_is_not_possible_changes_nothing(metadata: MetadataStore) -> None:
    choice = RetentionChoice(Settings(), {}, metadata)
    with pytest.raises(InvalidInput, match="-1 is not possible here; allowed: days from 0 to 36500"):
        choice.choose({"request_days": 30, "payload_days": -1})
    assert choice.current().request_days == 365


def test_what_this_version_does_not_allow_is_not_read(metadata: MetadataStore) -> None:
    metadata.set("data_retention_days", "for ever")
    assert RetentionChoice(Settings(), {}, metadata).current().payload_days == 7
