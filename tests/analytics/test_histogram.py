from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.analytics.histogram import (
    DURATION,
    GROWTH,
    OVERHEAD,
    QUEUE,
    RELATIVE_ERROR,
    TTFT,
    Bins,
    Tally,
    added_up,
    bin_of,
    merge,
    pack,
    percentiles,
    summed,
    unpack,
)

MICROSECONDS = st.integers(0, 10**11)
RANKS = (0.01, 0.5, 0.95, 0.99, 1.0)


def histogram(values: list[int], measure: int = DURATION) -> Bins:
    bins: Bins = {}
    for value in values:
        merge(bins, {measure + bin_of(value): 1})
    return bins


def tally(*many: Bins) -> Tally:
    return added_up(map(pack, many))


@given(values=st.lists(MICROSECONDS, min_size=1, max_size=300))
def test_a_percentile_is_close_to_the_duration_it_stands_for(values: list[int]) -> None:
    found = percentiles(tally(histogram(values)), DURATION, RANKS)
    assert found is not None
    for rank, milliseconds in zip(RANKS, found, strict=True):
        exact = sorted(values)[max(1, ceil(rank * len(values) - 1e-9)) - 1]
        assert milliseconds * 1000 == pytest.approx(exact, rel=RELATIVE_ERROR + 1e-6, abs=1)


@given(parts=st.lists(st.lists(MICROSECONDS, max_size=30), max_size=5))
def test_merged_is_as_counted_together(parts: list[list[int]]) -> None:
    merged: Bins = {}
    for part in parts:
        merge(merged, histogram(part))
    together = histogram([value for part in parts for value in part])
    assert merged == together
    assert summed([tally(histogram(part)) for part in parts]) == (tally(together) if parts else [])
    assert tally(*map(histogram, parts)) == (tally(together) if parts else [])


@given(value=MICROSECONDS)
def test_bins_have_the_bounds_they_say(value: int) -> None:
    number = bin_of(value)
    assert value <= GROWTH**number * (1 + 1e-6)
    assert number == 0 or value > GROWTH ** (number - 1) * (1 - 1e-6)
    assert DURATION + number < TTFT


def test_measures_do_not_mix() -> None:
    bins = histogram([1000], DURATION) | histogram([50_000], OVERHEAD) | histogram([7], QUEUE)
    assert percentiles(tally(bins), OVERHEAD, [0.5]) == [pytest.approx(50, rel=0.05)]
    assert percentiles(tally(bins), TTFT, [0.5]) is None
    assert percentiles([], DURATION, [0.5]) is None


@given(values=st.lists(MICROSECONDS, max_size=50))
def test_stored_and_read_again(values: list[int]) -> None:
    bins = histogram(values)
    assert unpack(pack(bins)) == bins


@pytest.mark.parametrize("count", [1, 127, 128, 32_768, 2**31, 2**62, -1, -(2**40)])
def test_counts_of_any_size(count: int) -> None:
    assert unpack(pack({7: count, QUEUE + 266: 1})) == {7: count, QUEUE + 266: 1}


def test_what_was_subtracted_is_not_stored() -> None:
    assert unpack(pack({3: 0, 5: 2})) == {5: 2}
    assert percentiles(tally({3: 0}), DURATION, [0.5]) is None
