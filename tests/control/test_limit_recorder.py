from __future__ import annotations

from collections.abc import Sequence

import pytest

from claudeflare.balancing.gauges import LimitGauge
from claudeflare.control.limit_recorder import MOST_PENDING, LimitRecorder
from claudeflare.errors import StorageError
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep

START = 1_795_000_200.0 // STEP_SECONDS * STEP_SECONDS
FIVE_HOURS = LimitId("window", "5h", "")


class History:
    """A database that is away when it is told to be."""

    def __init__(self) -> None:
        self.steps: list[LimitStep] = []
        self.away = False

    def add(self, steps: Sequence[LimitStep]) -> None:
        if self.away:
            raise StorageError("The database is away.")
        self.steps += steps


class Gateways:
    """What they say now."""

    def __init__(self) -> None:
        self.told: dict[str, list[LimitGauge]] = {}

    def say(self, at: float, used: float | None, account_id: str = "work", name: str = "5h") -> None:
        self.told[account_id] = [LimitGauge(kind="window", name=name, used=used, read_at=START + at)]


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def gateways() -> Gateways:
    return Gateways()


@pytest.fixture
def recorder(gateways: Gateways, history: History) -> LimitRecorder:
    return LimitRecorder(lambda: gateways.told, history)


def step(number: int, used: float, highest: float, account_id: str = "work") -> LimitStep:
    return LimitStep(account_id, FIVE_HOURS, int(START) + number * STEP_SECONDS, used, highest)


async def test_of_each_step_the_last_and_the_highest(
    recorder: LimitRecorder, gateways: Gateways, history: History
) -> None:
    for at, used in ((1, 0.2), (100, 0.9), (200, 0.5), (STEP_SECONDS, 0.6)):
        gateways.say(at, used)
        recorder.look()
    assert repr(recorder) == "<LimitRecorder 2 steps to write>"
    await recorder.write()
    assert history.steps == [step(0, 0.5, 0.9), step(1, 0.6, 0.6)]


async def test_what_is_not_read_anew_is_written_once(
    recorder: LimitRecorder, gateways: Gateways, history: History
) -> None:
    gateways.say(1, 0.2)
    for _ in range(3):
        recorder.look()
        await recorder.write()
    gateways.say(2, None, "spare")
    recorder.look()
    await recorder.write()
    assert history.steps == [step(0, 0.2, 0.2)]


async def test_the_end_writes_what_is_left(recorder: LimitRecorder, gateways: Gateways, history: History) -> None:
    recorder.start()
    gateways.say(1, 0.2)
    await recorder.close()
    assert history.steps == [step(0, 0.2, 0.2)]


async def test_what_cannot_be_written_is_kept_for_later(
    recorder: LimitRecorder, gateways: Gateways, history: History, caplog: pytest.LogCaptureFixture
) -> None:
    history.away = True
    for at, used in ((1, 0.8), (2, 0.2), (3, 0.1)):
        gateways.say(at, used)
        recorder.look()
        await recorder.write()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "The database is away." in caplog.text
    history.away = False
    await recorder.write()
    assert history.steps == [step(0, 0.1, 0.8)]


async def test_a_database_that_stays_away_costs_bounded_memory(
    recorder: LimitRecorder, gateways: Gateways, history: History
) -> None:
    history.away = True
    for account in range(MOST_PENDING + 5):
        gateways.say(1, 0.5, str(account))
    recorder.look()
    await recorder.write()
    history.away = False
    await recorder.write()
    assert len(history.steps) == MOST_PENDING
    assert history.steps[0].account_id == "5"
