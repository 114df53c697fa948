"""Where usage windows are heading."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.formatting import epoch
from claudeflare.presentation.limit_forecast import forecast, forecast_words

NOW = epoch("2026-11-22T15:00:00Z") or 0.0


def window(**changes: Any) -> Any:
    usual = {"kind": "window", "name": "5h", "modelClass": None, "limit": None, "remaining": None, "status": "allowed"}
    return usual | {"utilization": 0.4, "resetsAt": "2026-11-22T18:00:00Z", "readAt": "2026-11-22T15:00:00Z"} | changes


def test_the_pace_since_the_window_began_is_carried_on() -> None:
    # 2 of 5 hours are gone.
    told = forecast(window(utilization=0.2), NOW)
    assert told is not None
    assert (told.at_reset, told.reached_at) == (pytest.approx(0.5), None)


@pytest.mark.parametrize(
    ("used", "reserve", "limit", "hours"), [(0.4, None, 0.9, 2.5), (0.4, 0.6, 0.6, 1.0), (0.95, None, 1.0, 0.10526)]
)
def test_when_the_share_that_matters_is_reached(used: float, reserve: float | None, limit: float, hours: float) -> None:
    told = forecast(window(utilization=used), NOW, reserve)
    assert told is not None
    assert told.limit == limit
    assert told.reached_at == pytest.approx(NOW + hours * 3600, abs=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "bucket"},
        {"name": "overage"},
        {"utilization": None},
        {"resetsAt": None},
        {"resetsAt": "2026-11-22T14:59:00Z"},
        {"resetsAt": "2026-11-22T19:58:00Z"},
        {"resetsAt": "2026-11-23T15:00:00Z"},
    ],
    ids=["bucket", "no length", "not read", "no reset", "over", "just begun", "further than it is long"],
)
def test_nothing_is_said_of(changes: dict[str, Any]) -> None:
    assert forecast(window(**changes), NOW) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "at this pace 90% at 17:30, 30 min before its reset"),
        ({"utilization": 0.2}, "at this pace 50% at its reset"),
        ({"utilization": 0.0}, "at this pace 0% at its reset"),
        ({"utilization": 1.02}, "used up"),
        ({"resetsAt": "2026-11-22T19:58:00Z"}, "too early to say where it is heading"),
        ({"resetsAt": "2026-11-22T14:58:00Z"}, "reset since; the next answer tells how much is used"),
        ({"kind": "bucket"}, ""),
    ],
)
def test_in_words(changes: dict[str, Any], said: str) -> None:
    assert forecast_words(window(**changes), NOW, UTC) == said
