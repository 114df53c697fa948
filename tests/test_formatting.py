from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare import formatting as f

NOW = 1_795_369_200.0  # 2026-11-22 17:40:00 UTC
BERLIN = timezone(timedelta(hours=1))
ANY_TIME = st.floats(min_value=0, max_value=4e9)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.00001, "0.0 ms"),
        (0.00043, "0.4 ms"),
        (0.00994, "9.9 ms"),
        (0.00996, "10 ms"),
        (0.84, "840 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.2, "3.2 s"),
        (9.96, "10 s"),
        (41.4, "41 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (7500, "2 h 5 min"),
        (86_399, "1 d"),
        (273_600, "3 d 4 h"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert f.duration(seconds) == text


def test_milliseconds() -> None:
    assert [f.milliseconds(value) for value in (None, 840.2, 3200)] == ["–", "840 ms", "3.2 s"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (840, "840 ms"),
        (9949, "9.9 s"),
        (9950, "10 s"),
        (125_000, "125 s"),
        (999_600, "17 min"),
        (2_100_000, "35 min"),
        (7_560_000, "2.1 h"),
        (90_000_000, "1.0 d"),
    ],
)
def test_one_unit(value: float | None, text: str) -> None:
    assert f.one_unit(value) == text


@given(st.floats(min_value=0, max_value=8e9))
def test_one_unit_fits_a_narrow_column(value: float) -> None:
    assert len(f.one_unit(value)) <= 6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0.2, "1 s"),
        (59.5, "1 min"),
        (60.5, "2 min"),
        (2460, "41 min"),
        (3601, "1 h 1 min"),
        (7500, "2 h 5 min"),
        (86_399, "1 d"),
        (86_401, "1 d 1 h"),
    ],
)
def test_countdown(seconds: float, text: str) -> None:
    assert f.countdown(seconds) == text


_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


@given(st.floats(min_value=0, max_value=1e7))
def test_a_countdown_never_promises_too_early(seconds: float) -> None:
    words = f.countdown(seconds).split()
    promised = sum(int(count) * _SECONDS[unit] for count, unit in zip(words[::2], words[1::2], strict=True))
    assert promised >= seconds


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1000, "1.0 k"),
        (12_340, "12.3 k"),
        (123_456, "123 k"),
        (999_499, "999 k"),
        (999_500, "1.0 M"),
        (1_200_000, "1.2 M"),
        (3_400_000_000, "3.4 B"),
    ],
)
def test_compact(count: int | None, text: str) -> None:
    assert f.compact(count) == text


@given(st.integers(min_value=0, max_value=999_000_000_000))
def test_a_compact_count_fits_a_narrow_column(count: int) -> None:
    assert len(f.compact(count)) <= 6


def test_size() -> None:
    sizes = (None, 0, 840, 1200, 3_400_000, 5_000_000_000)
    assert [f.size(value) for value in sizes] == ["–", "0 B", "840 B", "1.2 kB", "3.4 MB", "5.0 GB"]


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "unknown"),
        (0, "$0.00"),
        (0.00003, "<$0.0001"),
        (-0.5, "-$0.50"),
        (0.0042, "$0.0042"),
        (0.0099, "$0.0099"),
        (0.00996, "$0.01"),
        (3.41, "$3.41"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money(usd: float | None, text: str) -> None:
    assert f.money(usd) == text


def test_percent_says_all_and_nothing_only_of_all_and_nothing() -> None:
    shares = (None, 0, 0.0001, 0.985, 0.99999, 1)
    assert [f.percent(share) for share in shares] == ["–", "0 %", "0.1 %", "98.5 %", "99.9 %", "100 %"]


def test_epoch_reads_what_the_api_writes() -> None:
    assert f.epoch("2026-11-22T17:40:00.000Z") == f.epoch("2026-11-22T18:40:00+01:00") == NOW
    assert f.epoch("2026-11-22T17:40:00") == NOW, "no zone means UTC"
    assert f.epoch(None) is None
    with pytest.raises(ValueError, match="yesterday"):
        f.epoch("yesterday")


def test_clock_and_absolute_are_in_the_readers_zone() -> None:
    assert f.clock(NOW, UTC) == "17:40:00"
    assert f.day(NOW + 6 * 3600, BERLIN) == "2026-11-23"
    assert f.clock(NOW, BERLIN) == "18:40:00"
    assert f.absolute(NOW, BERLIN) == "2026-11-22 18:40:00"
    assert f.absolute(None, UTC) == "–"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (-3, "just now"),
        (4.9, "just now"),
        (45, "45 s ago"),
        (59.6, "1 min ago"),
        (301, "5 min ago"),
        (3599, "59 min ago"),
        (10_900, "3 h ago"),
        (86_399, "23 h ago"),
        (86_401, "2026-11-21 17:39"),
    ],
)
def test_ago(passed: float, text: str) -> None:
    assert f.ago(NOW - passed, NOW, UTC) == text


def test_ago_of_nothing() -> None:
    assert f.ago(None, NOW, UTC) == "–"


def test_until_names_the_day_only_when_it_is_another() -> None:
    assert f.until(NOW + 2460, NOW, UTC) == "until 18:21 (41 min)"
    assert f.until(NOW + 2 * 86_400, NOW, UTC) == "until 2026-11-24 17:40 (2 d)"
    assert f.until(NOW + 6 * 3600, NOW, BERLIN) == "until 2026-11-23 00:40 (6 h)", "midnight is the reader's"
    assert f.until_when(NOW + 2460, NOW, UTC) == "until 18:21"


def test_count_of() -> None:
    assert [f.count_of(n, "request") for n in (0, 1, 1204)] == ["0 requests", "1 request", "1,204 requests"]


@given(ANY_TIME, ANY_TIME)
def test_any_time_can_be_said(at: float, now: float) -> None:
    assert f.ago(at, now, UTC)
    assert f.until(at, now, UTC)
