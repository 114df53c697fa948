"""Which limits tell something, how they are called, how much is used."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.formatting import epoch
from claudeflare.presentation.limits import (
    Level,
    full_name,
    level,
    remaining_words,
    short_countdown,
    short_name,
    telling,
    used,
    window_seconds,
)

NOW = epoch("2026-11-22T15:00:00Z") or 0.0


def gauge(name: str, used: float | None = 0.5, kind: str = "window", **more: Any) -> Any:
    usual = {"modelClass": None, "limit": None, "remaining": None, "resetsAt": "2026-11-22T18:00:00Z", "status": None}
    return usual | {"kind": kind, "name": name, "utilization": used, "readAt": "2026-11-22T15:00:00Z"} | more


def test_windows_come_first_by_length_then_the_tightest_of_each_bucket() -> None:
    gauges = [
        gauge("requests", 0.9, "bucket", modelClass="opus"),
        gauge("requests", 0.1, "bucket"),
        gauge("7d_opus"),
        gauge("7d"),
        gauge("overage"),
        gauge("input tokens", 0.2, "bucket"),
        gauge("5h"),
    ]
    assert [(each["name"], each["utilization"]) for each in telling(gauges)] == [
        ("5h", 0.5),
        ("7d", 0.5),
        ("7d_opus", 0.5),
        ("input tokens", 0.2),
        ("requests", 0.9),
    ]


def test_what_is_used_is_there_again_once_the_reset_has_come() -> None:
    assert used(gauge("5h", 1.2), NOW) == 1.2
    assert used(gauge("5h", None), NOW) == 0
    assert used(gauge("5h", 1.2), NOW + 3 * 3600) == 0
    assert used(gauge("5h", 0.4, resetsAt=None), NOW) == 0.4


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, Level.OK), (0.79, Level.OK), (0.8, Level.NEAR), (1.0, Level.LIMITED)]
)
def test_how_near_the_end_is(share: float, expected: Level) -> None:
    assert level(share) is expected


@pytest.mark.parametrize(
    ("one", "short", "full"),
    [
        (gauge("5h"), "5h", "5 hours"),
        (gauge("1h"), "1h", "1 hour"),
        (gauge("7d_opus"), "7d opus", "7 days, opus"),
        (gauge("7d_opus", modelClass="opus"), "7d opus", "7 days, opus"),
        (gauge("input tokens", kind="bucket", modelClass="haiku"), "input", "input tokens a minute, haiku"),
        (gauge("requests", kind="bucket"), "requests", "requests a minute"),
        (gauge("something"), "something", "something"),
    ],
)
def test_names(one: Any, short: str, full: str) -> None:
    assert (short_name(one), full_name(one)) == (short, full)


def test_windows_last_as_long_as_their_names_say() -> None:
    assert [window_seconds(name) for name in ("5h", "7d", "7d_opus", "overage", "50x")] == [
        18_000,
        604_800,
        604_800,
        None,
        None,
    ]


def test_what_is_left_of_a_bucket() -> None:
    assert remaining_words(gauge("requests", kind="bucket", limit=50_000, remaining=12_000)) == "12.0 k of 50.0 k left"
    assert remaining_words(gauge("requests", kind="bucket")) == "how much is left was not told"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (2460, "41 min"),
        (7500, "2.1 h"),
        (86_000, "23.9 h"),
        (300_000, "3.5 d"),
    ],
)
def test_a_short_countdown(seconds: float, said: str) -> None:
    assert short_countdown(seconds) == said


@given(st.floats(0, 9e6))
def test_a_short_countdown_is_short_and_never_promises_too_early(seconds: float) -> None:
    value, unit = short_countdown(seconds).split()
    scale = {"s": 1, "min": 60, "h": 3600, "d": 86_400}[unit]
    assert float(value) * scale >= seconds - 1e-6 * seconds
    assert len(f"{value} {unit}") <= 7
