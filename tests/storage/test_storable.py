from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.storage import storable


@given(st.text(st.characters(), max_size=3000) | st.text(st.characters(min_codepoint=0xD700, max_codepoint=0xE100)))
def test_text_always_fits(value: str) -> None:
    stored = storable.text_or_none(value)
    assert stored is not None
    assert len(stored.encode()) <= storable.TEXT_LIMIT
    assert "\0" not in stored
    assert storable.text(stored) == stored
    assert storable.is_key(value) == (stored == value)


@given(st.integers())
def test_counts_always_fit(value: int) -> None:
    stored = storable.count_or_none(value)
    assert stored is not None
    assert 0 <= stored <= storable.COUNT_LIMIT
    assert stored == value or not 0 <= value <= storable.COUNT_LIMIT


@given(st.lists(st.none() | st.sampled_from(["a", "é", "a\0", "x" * 3000]) | st.text(st.characters(), max_size=3)))
def test_a_column_of_texts_is_stored_as_each_of_them(values: list[str | None]) -> None:
    assert list(storable.texts(values)) == [storable.text_or_none(value) for value in values]


@given(st.lists(st.none() | st.integers(-2, 2) | st.integers()))
def test_a_column_of_counts_is_stored_as_each_of_them(values: list[int | None]) -> None:
    assert list(storable.counts(values)) == [storable.count_or_none(value) for value in values]


def test_none_stays_none() -> None:
    assert storable.text_or_none(None) is None
    assert storable.count_or_none(None) is None


def test_long_and_broken_texts() -> None:
    assert storable.text("a\0b\ud800") == "a\ufffdb\ufffd"
    assert storable.text("x" * 5000) == "x" * storable.TEXT_LIMIT
    assert storable.text("x" + "\u00e9" * 5000) == "x" + "\u00e9" * 999
    assert not storable.is_key("x" * 2001)
    assert not storable.is_key("\u00e9" * 1001)
    assert not storable.is_key("a\0")
    assert not storable.is_key("\udcff")


def test_ten_million_rows_of_the_largest_count_sum_within_64_bits() -> None:
    assert storable.COUNT_LIMIT * 10_000_000 < 2**63
