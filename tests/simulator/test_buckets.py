"""Token buckets: never below zero, refilled without steps, honest about when."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.accounts import Limits
from claudeflare.simulator.buckets import Bucket, LimitBuckets

START = 1_795_000_000.0
limits = st.integers(min_value=1, max_value=10_000_000)
amounts = st.floats(min_value=0, max_value=20_000_000)
spans = st.floats(min_value=0, max_value=600)


@given(limits, st.lists(st.tuples(spans, amounts), max_size=20))
def test_remaining_stays_between_nothing_and_the_limit(limit: int, steps: list[tuple[float, float]]) -> None:
    bucket, now = Bucket(limit, START), START
    for span, amount in steps:
        now += span
        assert 0 <= bucket.remaining(now) <= limit
        bucket.charge(amount, now)
        assert 0 <= bucket.remaining(now) <= limit


@given(limits, amounts, spans, spans)
def test_refill_does_not_depend_on_how_often_one_looks(limit: int, amount: float, first: float, second: float) -> None:
    often, once = Bucket(limit, START), Bucket(limit, START)
    often.charge(amount, START)
    once.charge(amount, START)
    often.remaining(START + first)
    later = START + first + second
    assert often.remaining(later) == pytest.approx(once.remaining(later), abs=limit * 1e-6)


@given(limits, amounts)
def test_what_is_missing_is_there_after_the_wait_and_not_before(limit: int, amount: float) -> None:
    bucket = Bucket(limit, START)
    bucket.charge(amount, START)
    wanted = limit / 2
    wait = bucket.wait(wanted, START)
    if wait > 0.01:
        assert bucket.remaining(START + wait - 0.01) < wanted
    assert bucket.remaining(START + wait + 0.001) >= wanted - limit * 1e-6


def test_refill_is_continuous() -> None:
    bucket = Bucket(60, START)
    bucket.charge(60, START)
    assert bucket.remaining(START + 0.5) == pytest.approx(0.5)
    assert bucket.remaining(START + 1) == pytest.approx(1)
    assert bucket.remaining(START + 600) == 60


def test_a_debt_refills_first() -> None:
    bucket = Bucket(60, START)
    bucket.charge(90, START)
    assert bucket.remaining(START + 30) == 0
    assert bucket.remaining(START + 40) == pytest.approx(10)


def test_time_that_runs_backwards_refills_nothing() -> None:
    bucket = Bucket(60, START)
    bucket.charge(60, START)
    assert bucket.remaining(START - 60) == 0


def test_more_than_a_bucket_holds_waits_for_a_full_one() -> None:
    bucket = Bucket(60, START)
    bucket.charge(30, START)
    assert bucket.wait(1000, START) == bucket.wait(60, START) == pytest.approx(30)


def test_a_limit_of_nothing_never_has_anything() -> None:
    assert Bucket(0, START).wait(1, START) == 60


@pytest.mark.parametrize(
    ("limits", "unit", "retry_after"),
    [
        (Limits(1, 1000, 1000), "requests", 60.0),
        (Limits(100, 120, 1000), "input tokens", 40.0),
        (Limits(100, 1000, 60), "output tokens", 41.0),
    ],
)
def test_admit_names_the_limit_that_is_short_and_takes_nothing(limits: Limits, unit: str, retry_after: float) -> None:
    buckets = LimitBuckets(limits, START)
    assert buckets.admit(100, START) is None
    buckets.charge(100, START)
    before = buckets.fields(START)
    shortage = buckets.admit(100, START)
    assert shortage is not None
    assert (shortage.unit, shortage.retry_after) == (unit, pytest.approx(retry_after))
    assert buckets.fields(START) == before


def test_headers_round_tokens_and_give_the_time_of_full_refill() -> None:
    buckets = LimitBuckets(Limits(60, 60_000, 12_000), START)
    buckets.admit(20_400, START)
    fields = dict(buckets.fields(START))
    assert fields["anthropic-ratelimit-requests-limit"] == "60"
    assert fields["anthropic-ratelimit-requests-remaining"] == "59"
    assert fields["anthropic-ratelimit-input-tokens-remaining"] == "40000"
    assert fields["anthropic-ratelimit-output-tokens-remaining"] == "12000"
    assert fields["anthropic-ratelimit-tokens-limit"] == "72000"
    reset = datetime.fromisoformat(fields["anthropic-ratelimit-input-tokens-reset"])
    assert reset.timestamp() == int(START + 20.4)


def test_rounding_never_shows_more_than_the_limit() -> None:
    fields = dict(LimitBuckets(Limits(1, 1600, 1600), START).fields(START))
    assert fields["anthropic-ratelimit-input-tokens-remaining"] == "1600"


def test_drain_leaves_no_input() -> None:
    buckets = LimitBuckets(Limits(10, 1000, 1000), START)
    buckets.drain(START)
    assert buckets.input_tokens.remaining(START) == 0
