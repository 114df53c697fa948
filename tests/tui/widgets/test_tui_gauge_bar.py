"""Bars in eighths of a block, and as many of them as there is room for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.tui.widgets.gauge_bar import bar, limit_bars
from harness.data_directory import NOW

RESET = "2026-11-22T18:21:00Z"


def gauge(name: str, used: float, kind: str = "window") -> Any:
    return {
        "kind": kind,
        "name": name,
        "modelClass": None,
        "limit": None,
        "remaining": None,
        "utilization": used,
        "resetsAt": RESET,
        "readAt": RESET,
        "status": None,
    }


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, "    "), (0.001, "▏   "), (0.5, "██  "), (0.53, "██▏ "), (0.99, "████"), (1.7, "████"), (-1.0, "    ")],
)
def test_a_bar(share: float, drawn: str) -> None:
    assert bar(share, 4).plain == drawn


@given(st.floats(0, 2), st.integers(1, 60))
def test_a_bar_is_as_wide_as_it_should_be(share: float, width: int) -> None:
    assert bar(share, width).cell_length == width


@pytest.mark.parametrize(("share", "color"), [(0.5, "$success"), (0.85, "$warning"), (1.0, "$error")])
def test_its_color_tells_how_near_the_end_is(share: float, color: str) -> None:
    assert str(bar(share, 4).spans[0].style) == f"{color} on $panel"


GAUGES = [gauge("5h", 0.58), gauge("7d", 0.86), gauge("input tokens", 0.2, "bucket")]


@pytest.mark.parametrize(
    ("width", "drawn"),
    [
        (80, "5h ██████▍      58% 41 min  7d █████████▌   86% 41 min  input ██▎          20%"),
        (40, "5h █▊   58%  7d ██▋  86%  input ▋    20%"),
        (26, "7d ██████▉   86% 41 min +2"),
        (18, "7d ██████   86% +2"),
    ],
)
def test_the_tightest_stay_where_there_is_less_room(width: int, drawn: str) -> None:
    shown = limit_bars(GAUGES, width, NOW).plain
    assert shown.rstrip() == drawn
    assert len(shown.rstrip()) <= max(width, 18)


@given(st.lists(st.sampled_from(GAUGES), max_size=3), st.integers(18, 120))
def test_bars_stay_in_their_room(gauges: list[Any], width: int) -> None:
    assert limit_bars(gauges, width, NOW).cell_length <= width


def test_limits_nobody_told_of() -> None:
    assert limit_bars([], 40, NOW).plain == "known after its first answer"
    assert limit_bars([], 20, NOW).plain == ""
