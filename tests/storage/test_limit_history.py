from __future__ import annotations

import pytest

from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.limit_history import STEP_SECONDS, LimitHistory, LimitId, LimitStep

START = 1_795_000_200 // 3600 * 3600
FIVE_HOURS = LimitId("window", "5h", "")
OPUS = LimitId("window", "7d_opus", "opus")


def step(
    account_id: str, number: int, used: float, highest: float | None = None, limit: LimitId = FIVE_HOURS
) -> LimitStep:
    return LimitStep(account_id, limit, START + number * STEP_SECONDS, used, used if highest is None else highest)


@pytest.fixture
def history(database: Database) -> LimitHistory:
    return LimitHistory(database)


def read(history: LimitHistory, account_id: str, width: int = STEP_SECONDS, hours: int = 1) -> list[LimitStep]:
    return history.read(account_id, START, START + hours * 3600, width)


def test_the_last_reading_of_a_step_stays_and_its_highest(history: LimitHistory, work: str) -> None:
    history.add([step(work, 0, 0.5), step(work, 0, 0.9), step(work, 0, 0.2)])
    history.add([step(work, 0, 0.3), step(work, 1, 0.4)])
    assert read(history, work) == [step(work, 0, 0.3, 0.9), step(work, 1, 0.4)]


def test_limits_and_accounts_are_kept_apart(history: LimitHistory, work: str, spare: str) -> None:
    history.add([step(spare, 0, 0.7), step(work, 0, 0.5, limit=OPUS), step(work, 0, 0.1)])
    assert read(history, work) == [step(work, 0, 0.1), step(work, 0, 0.5, limit=OPUS)]
    assert read(history, spare) == [step(spare, 0, 0.7)]


def test_steps_are_put_together(history: LimitHistory, work: str) -> None:
    history.add([step(work, number, number / 100, 1 - number / 100) for number in (0, 1, 11, 12, 15)])
    assert read(history, work, 3600, hours=2) == [step(work, 0, 0.11, 1.0), step(work, 12, 0.15, 0.88)]
    assert read(history, work, 3600, hours=1) == [step(work, 0, 0.11, 1.0)]


def test_what_no_column_takes_is_left_out(history: LimitHistory, work: str) -> None:
    history.add([])
    history.add([step(work, 0, 0.5, limit=LimitId("window", "5\0h", "")), step("nobody", 0, 0.5)])
    history.add([step(work, 0, float("nan")), step(work, 1, 0.5)])
    assert read(history, work) == [step(work, 1, 0.5)]


def test_the_oldest_go_first_and_a_few_at_a_time(history: LimitHistory, work: str, spare: str) -> None:
    history.add([step(account, number, 0.5) for account in (work, spare) for number in range(6)])
    before = START + 4 * STEP_SECONDS
    assert [history.delete_before(before, 3) for _ in range(4)] == [3, 3, 2, 0]
    for account in (work, spare):
        assert read(history, account) == [step(account, 4, 0.5), step(account, 5, 0.5)]


def test_they_go_with_their_account(history: LimitHistory, database: Database, work: str, spare: str) -> None:
    history.add([step(work, 0, 0.5), step(spare, 0, 0.5)])
    AccountStore(database).remove(work)
    assert read(history, work) == []
    assert read(history, spare) == [step(spare, 0, 0.5)]
