"""Figures of the last 24 hours."""

from __future__ import annotations

from typing import Any

from claudeflare.tui.live_state import LiveState, Second
from claudeflare.tui.widgets.day_figures import figures
from harness.data_directory import NOW

PERCENTILES = {"p50": 1200.0, "p95": 4000.0, "p99": 9100.0}
STATS: Any = {
    "totalRequests": 1204,
    "successRate": 99.17,
    "avgTokensPerSecond": 61.7,
    "duration": PERCENTILES,
    "ttft": None,
    "overhead": PERCENTILES,
    "today": {"requests": 12, "costUsd": 3.41},
    "yesterday": {"requests": 0, "costUsd": None},
}


def shown(**state: Any) -> dict[str, tuple[str, str]]:
    return {name: (value, note) for name, value, note in figures(LiveState(**state), NOW)}


def test_what_is_known_of_a_day() -> None:
    found = shown(stats=STATS, seconds=(Second(int(NOW) - 1, 0, 5, 0),))
    assert found["Requests/s"] == ("0.5", "▁" * 23 + "█")
    assert found["Success"] == ("99.2 %", "of 1,204 in 24 h")
    assert found["Latency"] == ("1.2 s", "p95 4.0 s  p99 9.1 s")
    assert found["First token"] == ("–", "")
    assert found["Speed"] == ("62", "tokens/s")
    assert found["Cost today"] == ("$3.41", "yesterday $0.00")


def test_a_price_nobody_knows_is_not_zero() -> None:
    unknown: Any = {**STATS, "yesterday": {"requests": 3, "costUsd": None}}
    assert shown(stats=unknown)["Cost today"][1] == "yesterday unknown"


def test_before_the_first_sums_came() -> None:
    assert shown() == {"Requests/s": ("0.0", "▁" * 24), "In flight": ("0", "nothing waits")}


def test_what_runs_and_waits() -> None:
    accounts: Any = ({"inFlight": 3}, {"inFlight": 1})
    queue: Any = {"waiting": 2, "lines": []}
    assert shown(accounts=accounts, queue=queue)["In flight"] == ("4", "2 waiting")
