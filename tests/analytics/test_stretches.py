from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.analytics.stretches import DAY, HOUR, LEVELS, MINUTE, QUARTER, Stretch, cover

MINUTES = st.integers(0, 100_000).map(lambda minutes: minutes * MINUTE)


@given(start=MINUTES, end=MINUTES)
def test_they_are_the_range_without_gap_or_overlap(start: int, end: int) -> None:
    found = cover(start, end)
    at = start
    for level, first, last in found:
        assert first == at
        assert first < last
        assert first % level == last % level == 0
        at = last
    assert at == max(start, end) if found else start >= end


def test_as_few_as_possible() -> None:
    assert cover(0, 2 * DAY) == [Stretch(DAY, 0, 2 * DAY)]
    assert cover(HOUR - MINUTE, DAY + QUARTER) == [
        Stretch(MINUTE, HOUR - MINUTE, HOUR),
        Stretch(HOUR, HOUR, DAY),
        Stretch(QUARTER, DAY, DAY + QUARTER),
    ]
    assert cover(QUARTER, 2 * QUARTER, LEVELS[1:]) == [Stretch(QUARTER, QUARTER, 2 * QUARTER)]
