from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from claudeflare.api.strategy_choice import StrategyChoice
from claudeflare.errors import InvalidInput
from claudeflare.settings import Settings
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.metadata import STRATEGY, MetadataStore

EXPLICIT = {"lb_strategy": "environment LB_STRATEGY"}


@pytest.fixture
def metadata(tmp_path: Path) -> Iterator[MetadataStore]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    yield MetadataStore(database)
    database.dispose()


def started(metadata: MetadataStore, sources: Mapping[str, str], configured: str = "session") -> StrategyChoice:
    """As after a start of the server."""
    return StrategyChoice(Settings(lb_strategy=configured), sources, metadata, ("session", "weighted", "headroom"))


def test_nobody_chose(metadata: MetadataStore) -> None:
    assert started(metadata, {}).current() == "session"
    assert started(metadata, EXPLICIT, "headroom").current() == "headroom"


def test_a_choice_holds_at_once_and_after_a_restart(metadata: MetadataStore) -> None:
    choice = started(metadata, {"lb_strategy": "default"})
    choice.choose("weighted")
    assert choice.current() == "weighted"
    assert started(metadata, {}).current() == "weighted"


def test_a_setting_made_explicitly_is_changed_while_running_and_back_after_a_restart(metadata: MetadataStore) -> None:
    choice = started(metadata, EXPLICIT, "headroom")
    choice.choose("weighted")
    assert choice.current() == "weighted"
    assert started(metadata, EXPLICIT, "headroom").current() == "headroom"


def test_an_unknown_policy_is_not_chosen(metadata: MetadataStore) -> None:
    choice = started(metadata, {})
    with pytest.raises(InvalidInput, match="session, weighted, headroom"):
        choice.choose("fastest")
    assert choice.current() == "session"


def test_a_policy_of_another_version_in_the_database_is_passed_over(metadata: MetadataStore) -> None:
    metadata.set(STRATEGY, "from the future")
    assert started(metadata, {}).current() == "session"
