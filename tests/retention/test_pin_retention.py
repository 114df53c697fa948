from __future__ import annotations

import threading

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.pin_retention import BATCH, PinRetention

NOW = 1_795_000_000.0


class Store:
    """Has so many that have expired."""

    def __init__(self, expired: int) -> None:
        self.expired = expired
        self.asked: list[float] = []

    def __repr__(self) -> str:
        return "<Store>"

    def delete_expired(self, now: float, limit: int) -> int:
        self.asked.append(now)
        deleted = min(self.expired, limit)
        self.expired -= deleted
        return deleted


class Stop(threading.Event):
    """Waits take no time; after `allowed` of them it is set."""

    def __init__(self, allowed: int) -> None:
        super().__init__()
        self._allowed = allowed

    def wait(self, timeout: float | None = None) -> bool:
        self._allowed -= 1
        if self._allowed <= 0:
            self.set()
        return self.is_set()


def retention(store: Store) -> PinRetention:
    return PinRetention(store, lambda: NOW)


def test_all_that_have_expired_go_a_few_at_a_time() -> None:
    store = Store(2 * BATCH + 1)
    assert retention(store).run_once(Stop(9)) == 2 * BATCH + 1
    assert store.asked == [NOW] * 3
    assert retention(store).run_once(Stop(9)) == 0


def test_it_stops_between_two_transactions() -> None:
    store = Store(9 * BATCH)
    assert retention(store).run_once(Stop(2)) == 2 * BATCH
    assert store.expired == 7 * BATCH


def test_a_round_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Store):
        def delete_expired(self, now: float, limit: int) -> int:
            self.asked.append(now)
            raise StorageError("The database is away.")

    store = Failing(1)
    retention(store).run(Stop(2))
    assert store.asked == [NOW] * 2
    assert "The database is away." in caplog.text
    assert repr(retention(store)) == "<PinRetention of <Store>>"
