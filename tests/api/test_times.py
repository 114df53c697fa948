from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.api.times import UNIT_SECONDS, parse_moment, parse_span, to_iso, to_iso_or_none
from claudeflare.errors import InvalidInput
from harness.rest_api import NOW


def test_times_are_written_in_utc_with_milliseconds() -> None:
    assert to_iso(0.0) == "1970-01-01T00:00:00.000Z"
    assert to_iso(NOW + 0.5) == "2026-11-18T11:06:40.500Z"
    assert to_iso_or_none(None) is None
    assert to_iso_or_none(NOW) == "2026-11-18T11:06:40.000Z"


@given(st.integers(1, 10**9 - 1), st.sampled_from(sorted(UNIT_SECONDS)))
def test_spans(number: int, unit: str) -> None:
    assert parse_span(f"{number}{unit}") == number * UNIT_SECONDS[unit]


@given(st.integers(0, 4_000_000_000_000))
def test_what_was_written_reads_back(milliseconds: int) -> None:
    assert parse_moment(to_iso(milliseconds / 1000), NOW) == pytest.approx(milliseconds / 1000, abs=0.0015)


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "-1h", "1.5h", "24 hours", "1y", "١h", "9999999999d"])
def test_other_text_is_no_span(text: str) -> None:
    with pytest.raises(InvalidInput, match="30m, 24h, 7d"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", NOW - 86_400),
        (" 7d ", NOW - 7 * 86_400),
        ("1795000000", NOW),
        ("1795000000.25", NOW + 0.25),
        ("2026-11-18T11:06:40Z", NOW),
        ("2026-11-18T11:06:40", NOW),
        ("2026-11-18T12:06:40+01:00", NOW),
        ("2026-11-18T12:06:40 01:00", NOW),
        ("2026-11-18 11:06:40", NOW),
        ("2026-11-18", NOW - 40_000),
    ],
)
def test_moments(text: str, moment: float) -> None:
    assert parse_moment(text, NOW) == moment


@given(st.text())
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert isinstance(parse_moment(text, NOW), float)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "-5", "12:30"])
def test_other_text_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidInput, match="24h or 7d"):
        parse_moment(text, NOW)
