"""Gauges: what a person sees of an account's limits."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import AccountState
from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.gauges import LimitGauge, gauges, windows_in
from claudeflare.balancing.limit_reading import WARNING, BucketReading
from claudeflare.balancing.windows import Window

NOW = 1_000_000.0
WINDOW = Window("7d_opus", "opus", 0.8, NOW + 60.0, WARNING, NOW)


def test_buckets_and_windows() -> None:
    state = AccountState(windows={"7d_opus": WINDOW}, buckets={"opus": ClassBuckets()})
    readings = [BucketReading("requests", 60, 30), BucketReading("output", 1_000, 0)]
    state.buckets["opus"].learn(1, readings, NOW)
    assert gauges(state) == [
        LimitGauge(
            kind="window",
            name="7d_opus",
            model_class="opus",
            used=0.8,
            resets_at=NOW + 60.0,
            read_at=NOW,
            status=WARNING,
        ),
        LimitGauge(
            kind="bucket",
            name="requests",
            model_class="opus",
            limit=60,
            remaining=30,
            used=0.5,
            resets_at=NOW + 30.0,
            read_at=NOW,
        ),
        LimitGauge(
            kind="bucket",
            name="output tokens",
            model_class="opus",
            limit=1_000,
            remaining=0,
            used=1.0,
            resets_at=pytest.approx(NOW + 60.0),
            read_at=NOW,
        ),
    ]


def test_windows_can_be_read_back() -> None:
    assert windows_in(gauges(AccountState(windows={"7d_opus": WINDOW}))) == {"7d_opus": WINDOW}


def test_nothing_known_shows_nothing() -> None:
    assert gauges(AccountState()) == []
