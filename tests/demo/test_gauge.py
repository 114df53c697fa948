from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.demo.gauge import bar, sparkline


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, "····"), (0.001, "▏···"), (0.125, "▌···"), (0.5, "██··"), (0.99, "███▉"), (1.0, "████"), (7.0, "████")],
)
def test_a_bar_shows_its_share_in_eighths(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_has_its_width_and_is_full_only_when_all_is_used(share: float, width: int) -> None:
    drawn = bar(share, width)
    assert len(drawn) == width
    assert (drawn == "█" * width) == (share >= 1)
    assert (drawn == "·" * width) == (share <= 0)


def test_a_sparkline_is_scaled_to_its_largest_value() -> None:
    assert sparkline([0, 1, 2, 4, 8]) == "▁▂▃▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
