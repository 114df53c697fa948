from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.analytics.stretches import (
    DAY,
    HOUR,
    LEVELS,
    MINUTE,
    QUARTER,
    Stretch,
    cells_of_points,
    cover,
)

MINUTES = st.integers(0, 10_000).map(lambda minutes: minutes * MINUTE)


@given(start=MINUTES, end=MINUTES)
def test_they_add_up_to_the_range(start: int, end: int) -> None:
    counted: Counter[int] = Counter()
    for level, first, last, sign in cover(start, end):
        assert first < last
        assert first % level == last % level == 0
        for minute in range(first, last, MINUTE):
            counted[minute] += sign
    assert {minute: times for minute, times in counted.items() if times} == dict.fromkeys(range(start, end, MINUTE), 1)


def test_as_few_as_possible() -> None:
    assert cover(0, 2 * DAY) == [Stretch(DAY, 0, 2 * DAY)]
    assert cover(HOUR - MINUTE, DAY + QUARTER) == [
        Stretch(HOUR, 0, HOUR, -1),
        Stretch(MINUTE, HOUR - MINUTE, HOUR),
        Stretch(DAY, 0, DAY),
        Stretch(QUARTER, DAY, DAY + QUARTER),
    ]
    assert cover(QUARTER, 2 * QUARTER, LEVELS[1:]) == [Stretch(QUARTER, QUARTER, 2 * QUARTER)]
    assert cover(3 * HOUR, 2 * DAY) == [Stretch(HOUR, 0, 3 * HOUR, -1), Stretch(DAY, 0, 2 * DAY)]


@given(
    first=st.integers(0, 400),
    widths=st.lists(st.integers(1, 120), min_size=1, max_size=20),
    unit=st.sampled_from(LEVELS[:3]),
)
def test_cells_add_up_to_each_point(first: int, widths: list[int], unit: int) -> None:
    edges = [first * unit]
    for width in widths:
        edges.append(edges[-1] + width * unit)
    counted: list[Counter[int]] = [Counter() for _ in widths]
    for level, shares in cells_of_points(edges):
        for start, points in shares.items():
            assert start % level == 0
            for point, sign in points:
                for at in range(start, start + level, unit):
                    counted[point][at] += sign
    for start, end, found in zip(edges, edges[1:], counted, strict=False):
        assert {at: times for at, times in found.items() if times} == dict.fromkeys(range(start, end, unit), 1)


def test_points_off_the_hour_are_hours_and_the_quarters_at_their_edges() -> None:
    edges = [QUARTER, 3 * HOUR + QUARTER, 6 * HOUR + QUARTER]
    hours, quarters = cells_of_points(edges)
    assert (hours.level, sorted(hours.shares)) == (HOUR, [at * HOUR for at in range(6)])
    assert (quarters.level, quarters.shares) == (
        QUARTER,
        {0: [(0, -1)], 3 * HOUR: [(0, 1), (1, -1)], 6 * HOUR: [(1, 1)]},
    )
