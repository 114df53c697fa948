from __future__ import annotations

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.pin_retention import BATCH, PinRetention
from harness.small_steps import Backlog, Stop

NOW = 1_795_000_000.0


class Pins(Backlog):
    """Has so many that have expired."""

    delete_expired = Backlog.delete


def retention(pins: Pins) -> PinRetention:
    return PinRetention(pins, lambda: NOW)


def test_all_that_have_expired_go_a_few_at_a_time() -> None:
    pins = Pins(2 * BATCH + 1)
    assert retention(pins).run_once(Stop(9)) == 2 * BATCH + 1
    assert pins.asked == [NOW] * 3
    assert retention(pins).run_once(Stop(9)) == 0


def test_it_stops_between_two_transactions() -> None:
    pins = Pins(9 * BATCH)
    assert retention(pins).run_once(Stop(2)) == 2 * BATCH
    assert pins.left == 7 * BATCH


def test_a_round_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Pins):
        def delete_expired(self, now: float, limit: int) -> int:
            self.asked.append(now)
            raise StorageError("The database is away.")

    pins = Failing(1)
    retention(pins).run(Stop(2))
    assert pins.asked == [NOW] * 2
    assert "The database is away." in caplog.text
    assert repr(retention(pins)) == "<PinRetention of <Backlog>>"
