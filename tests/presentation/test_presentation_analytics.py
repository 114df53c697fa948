"""What is made of an answer of `/api/analytics`: charts, totals, shares, when it is busy."""

from __future__ import annotations

from datetime import UTC

import pytest
from rich.style import Style

from claudeflare.presentation.analytics_charts import charts_of, times_of
from claudeflare.presentation.analytics_totals import totals_of
from claudeflare.presentation.chart import Kind
from claudeflare.presentation.heat_map import heat_map_text
from claudeflare.presentation.shares import shares_of, shares_text
from harness.analytics_answers import HOUR, START, analytics, figures

BUSY = figures(
    requests=12,
    successes=10,
    errors=2,
    successRate=10 / 12,
    inputTokens=100,
    cacheReadTokens=9_000,
    cacheWrite5mTokens=300,
    cacheWrite1hTokens=200,
    outputTokens=400,
    totalTokens=10_000,
    costUsd=1.5,
    cacheHitRate=0.9375,
    cacheSavedUsd=-0.25,
    tokensPerSecond=89.62,
    duration={"p50": 800.0, "p95": 2_100.0, "p99": 4_000.0},
    failovers=1,
)


def test_every_chart_has_as_many_values_as_there_are_points() -> None:
    found = analytics([figures(), BUSY], totals=BUSY)
    charts = {chart.title: chart for chart in charts_of(found)}
    assert {len(one.values) for chart in charts.values() for one in chart.series} == {2}
    assert [one.label for one in charts["Tokens"].series] == ["cached", "written", "in", "out"]
    assert [one.values for one in charts["Tokens"].series] == [(0, 9_000), (0, 500), (0, 100), (0, 400)]
    assert [(one.label, one.values) for one in charts["Duration"].series] == [
        ("p99", (None, 4_000.0)),
        ("p95", (None, 2_100.0)),
        ("p50", (None, 800.0)),
    ]
    assert charts["Duration"].shown(charts["Duration"].series[2].total) == "800 ms"
    assert charts["Output speed"].shown(89.62) == "89.6"
    assert [charts["Output speed"].shown(each) for each in (None, 3, 250.4)] == ["–", "3", "250"]
    assert charts["Saved by the cache"].shown(-0.25) == "-$0.25"
    assert charts["Prompt cache"].top == 1.0


def test_sums_that_run_up_are_not_added_up_again() -> None:
    running = charts_of(analytics([BUSY], mode="cumulative"))
    assert not any(chart.adds_up for chart in running if chart.kind is Kind.BARS)
    assert all(chart.adds_up for chart in charts_of(analytics([BUSY])) if chart.kind is Kind.BARS)


def test_points_begin_when_they_say_and_the_last_may_still_run() -> None:
    times = times_of(analytics([figures(), BUSY], to="2026-11-22T01:30:00.000Z"), UTC)
    assert times.starts == (START, START + HOUR)
    assert (times.end, times.now) == (START + 2 * HOUR, START + 1.5 * HOUR)


def test_totals_against_the_time_before() -> None:
    before = figures(**{**BUSY, "requests": 10, "successRate": 0.5, "costUsd": 1.502, "failovers": 4})
    found = {each.label: each for each in totals_of(analytics([], totals=BUSY, previous=before))}
    assert (found["Requests"].value, found["Requests"].change, found["Requests"].is_good) == ("12", "+20 %", None)
    assert (found["Success"].change, found["Success"].is_good) == ("+67 %", True)
    assert (found["Cost"].value, found["Cost"].change, found["Cost"].is_good) == ("$1.50", "same", None)
    assert (found["Failovers"].change, found["Failovers"].is_good) == ("-75 %", True)
    assert (found["p95"].value, found["p95"].is_good) == ("2.1 s", None)
    assert found["Saved"].value == "-$0.25"


def test_totals_without_a_time_before() -> None:
    assert {each.change for each in totals_of(analytics([], totals=BUSY))} == {""}
    nothing = {each.label: each.value for each in totals_of(analytics([]))}
    assert (nothing["Requests"], nothing["Success"], nothing["p95"]) == ("0", "–", "–")


def test_ten_times_as_much_is_said_as_such() -> None:
    before = figures(requests=1)
    (requests, *_) = totals_of(analytics([], totals=BUSY, previous=before))
    assert requests.change == "×12"


def test_shares_are_ordered_by_cost_and_have_bars() -> None:
    found = analytics(
        [],
        byAccount=[
            {"account": "work", "accountId": "a1", **figures(requests=9, costUsd=1.0, totalTokens=2_000)},
            {"account": "a name that is much too long", "accountId": "a2", **figures(requests=3, costUsd=4.0)},
            {"account": None, "accountId": None, **figures(requests=1, unpricedRequests=1)},
        ],
    )
    by_account = shares_of(found)[0]
    lines = shares_text(by_account, 78, Style()).plain.split("\n")
    assert lines == [
        "                                   Requests  Success  Tokens   Cache      Cost",
        "a name that is much… █████████████        3        –       0       –     $4.00",
        "work                 ███▎                 9        –   2.0 k       –     $1.00",
        "none                                      1        –       0       –   unknown",
    ]


def test_errors_are_counted() -> None:
    found = analytics(
        [], byError=[{"errorType": "api_error", **figures(requests=2)}, {"errorType": None, **figures(requests=4)}]
    )
    lines = shares_text(shares_of(found)[-1], 40, Style()).plain.split("\n")
    assert lines[1:] == ["without a type       ██████████        4", "api_error            █████             2"]


def test_nothing_to_share() -> None:
    assert shares_text(shares_of(analytics([]))[0], 60, Style()).plain.endswith("Nothing in this range")


def test_wide_letters_keep_the_columns() -> None:
    found = analytics([], byModel=[{"model": "claude-模型模型模型模型模型模型", **figures(requests=1)}])
    lines = shares_text(shares_of(found)[1], 70, Style()).plain.split("\n")
    assert lines[1].startswith("模型模型模型模型 … ")


@pytest.mark.parametrize(("width", "wide"), [(60, 2), (40, 1)])
def test_when_it_is_busy(width: int, wide: int) -> None:
    hours = [[0] * 24 for _ in range(7)]
    hours[0][1], hours[6][23] = 1, 40
    lines = heat_map_text(hours, width, Style()).plain.split("\n")
    assert lines[1] == "Mon " + ("·" * wide + "░" * wide).ljust(24 * wide, "·")
    assert lines[7] == "Sun " + "·" * 23 * wide + "█" * wide
    assert lines[8] == "Busiest: Sun 23:00–00:00, 40 requests"


def test_when_it_is_never_busy() -> None:
    lines = heat_map_text([[0] * 24 for _ in range(7)], 60, Style()).plain.split("\n")
    assert lines[8] == "Nothing in this range"
