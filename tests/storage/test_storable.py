from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.storage import storable


@given(st.text())
def test_text_always_fits(value: str) -> None:
    stored = storable.text_or_none(value)
    assert stored is not None
    assert len(stored) <= storable.TEXT_LIMIT
    assert "\0" not in stored
    if storable.is_key(value):
        assert stored == value


@given(st.integers())
def test_counts_always_fit(value: int) -> None:
    stored = storable.count_or_none(value)
    assert stored is not None
    assert 0 <= stored <= storable.COUNT_LIMIT
    assert stored == value or not 0 <= value <= storable.COUNT_LIMIT


def test_none_stays_none() -> None:
    assert storable.text_or_none(None) is None
    assert storable.count_or_none(None) is None


def test_long_and_broken_texts() -> None:
    assert storable.text("a\0b") == "a\ufffdb"
    assert storable.text("x" * 5000) == "x" * storable.TEXT_LIMIT
    assert not storable.is_key("x" * 1001)
    assert not storable.is_key("a\0")


def test_ten_million_rows_of_the_largest_count_sum_within_64_bits() -> None:
    assert storable.COUNT_LIMIT * 10_000_000 < 2**63
