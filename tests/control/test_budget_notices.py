from __future__ import annotations

import asyncio

import pytest

from claudeflare.control.budget_notices import BudgetNotices
from claudeflare.errors import StorageError
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.storage.happenings import Happening

MONDAY = 1_795_392_000.0
"""2026-11-23 00:00 UTC."""
DAY = 86_400.0


class Stage:
    """Keys with budgets, what they spent, and what was told."""

    def __init__(self) -> None:
        self.now = MONDAY + 3600
        self.keys = [key("laptop", Budget("day", 5.0))]
        self.spent: dict[tuple[str, float], float] = {}
        self.told: list[Happening] = []
        self.notices = BudgetNotices(self, lambda: self.keys, self.told.append, lambda: self.now)

    def total(self, name: str, since: float) -> float:
        return self.spent.get((name, since), 0.0)

    def spend(self, usd: float, name: str = "laptop", since: float = MONDAY) -> list[str]:
        """Kinds told of when so much is spent in all."""
        self.spent[name, since] = usd
        before = len(self.told)
        self.notices.look()
        return [each.kind for each in self.told[before:]]


def key(name: str, *budgets: Budget, shadow: bool = False) -> ClientKey:
    return ClientKey(id=f"id of {name}", name=name, digest=b"", budgets=budgets, shadow=shadow)


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.notices.look()
    return stage


def test_each_is_told_once_in_a_period(stage: Stage) -> None:
    assert [stage.spend(usd) for usd in (3.99, 4.0, 4.5, 5.0, 6.0)] == [[], ["budget-near"], [], ["budget"], []]
    assert stage.told[-1] == Happening(
        at=stage.now, kind="budget", client_key="laptop", reason="5 USD a day", until=MONDAY + DAY
    )
    stage.now += DAY
    assert stage.spend(1.0, since=MONDAY + DAY) == []
    assert stage.spend(5.0, since=MONDAY + DAY) == ["budget"]


def test_what_was_so_at_the_start_has_been_told() -> None:
    stage = Stage()
    assert stage.spend(4.5) == []
    assert stage.spend(5.5) == ["budget"]


def test_a_budget_that_is_raised_begins_anew(stage: Stage) -> None:
    assert stage.spend(5.0) == ["budget"]
    stage.keys = [key("laptop", Budget("day", 6.0))]
    assert stage.spend(5.0) == []  # nearly used up still
    stage.keys = [key("laptop", Budget("day", 60.0))]
    assert stage.spend(5.0) == []
    assert stage.spend(50.0) == ["budget-near"]


def test_every_budget_of_every_key_is_watched(stage: Stage) -> None:
    stage.keys = [key("laptop", Budget("day", 5.0), Budget("week", 5.0)), key("ci", Budget("day", 1.0))]
    assert stage.spend(1.0, name="ci") == ["budget"]
    assert stage.spend(5.0) == ["budget", "budget"]  # Monday's day and week begin together
    assert repr(stage.notices) == "<BudgetNotices of 3 budgets>"


def test_a_shadow_refuses_nothing(stage: Stage) -> None:
    stage.keys = [key("laptop", Budget("day", 5.0), shadow=True)]
    assert stage.spend(5.0) == ["budget"]
    assert stage.told[0].reason == "5 USD a day, which refuses nothing while its limits are in shadow"


async def test_a_database_that_is_away_is_told_and_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> list[ClientKey]:
        raise StorageError("The database is away.")

    stage = Stage()
    notices = BudgetNotices(stage, away, stage.told.append, lambda: stage.now)
    notices.start()
    async with asyncio.timeout(10):
        while "The database is away." not in caplog.text:
            await asyncio.sleep(0)
    await notices.close()
    assert stage.told == []
