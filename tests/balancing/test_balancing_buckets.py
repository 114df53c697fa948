"""Token buckets: continuous refill, what is promised to requests under way, and when one is predicted to fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.buckets import OUTPUT_AT_ONCE, Bucket, ClassBuckets, Reservation
from claudeflare.balancing.limit_reading import BucketReading

NOW = 1_000_000.0


def buckets(**remaining: int) -> ClassBuckets:
    """Buckets of 60 requests, 6,000 input and 600 output tokens a minute, as of `NOW`."""
    limits = {"requests": 60, "input": 6_000, "output": 600, "tokens": 6_600}
    made = ClassBuckets()
    for name, left in remaining.items():
        setattr(made, name, Bucket(limits[name], float(left), NOW))
    return made


@pytest.mark.parametrize(
    ("seconds", "level"), [(0.0, 20.0), (1.0, 21.0), (39.5, 59.5), (40.0, 60.0), (1e9, 60.0), (-5.0, 20.0)]
)
def test_a_bucket_of_a_minute_refills_continuously(seconds: float, level: float) -> None:
    assert Bucket(60, 20.0, NOW).level(NOW + seconds) == level


def test_when_it_is_full() -> None:
    assert Bucket(60, 20.0, NOW).full_at(NOW + 10.0) == pytest.approx(NOW + 40.0)
    assert Bucket(0, 0.0, NOW).full_at(NOW) == NOW


@pytest.mark.parametrize(
    ("need", "reserved", "seconds"),
    [
        (20, 0, 0.0),
        (21, 0, 1.0),
        (10, 15, 5.0),
        (1_000, 0, 40.0),  # larger than the bucket: passes when that is full
    ],
)
def test_how_long_to_wait(need: int, reserved: int, seconds: float) -> None:
    assert Bucket(60, 20.0, NOW).wait(need, reserved, NOW) == pytest.approx(seconds)


def test_a_bucket_that_never_refills_is_looked_at_again_in_a_minute() -> None:
    assert Bucket(0, 0.0, NOW).wait(1, 1, NOW) == 60.0


def test_nothing_known_accepts_everything() -> None:
    assert ClassBuckets().wait(10**9, 10**9, NOW) == 0.0
    assert ClassBuckets().short_of(1, 1, NOW) == ""
    assert ClassBuckets().share_left(NOW) == 1.0


@pytest.mark.parametrize(
    ("need", "seconds", "short_of"),
    [((500, 0), 1.0, "requests"), ((2_000, 0), 10.0, "input tokens"), ((2_000, 200), 20.0, "output tokens")],
)
def test_the_tightest_bucket_decides(need: tuple[int, int], seconds: float, short_of: str) -> None:
    made = buckets(requests=0, input=1_000, output=0)
    assert made.wait(*need, NOW) == pytest.approx(seconds)
    assert made.short_of(*need, NOW) == short_of
    assert made.wait(*need, NOW + seconds) == 0.0


def test_input_and_output_together() -> None:
    made = buckets(tokens=0)
    assert made.wait(100, 10, NOW) == pytest.approx(1.0)
    assert made.short_of(100, 10, NOW) == "tokens"


def test_requests_under_way_are_subtracted_until_a_reading_has_counted_them() -> None:
    made = buckets(requests=60, input=3_000, output=600)
    first = made.reserve(1, "s", 2_000, (2_000, 100))
    second = made.reserve(2, "s", 900, (900, 100))
    assert (made.reserved_requests, made.reserved_input, made.reserved_output) == (2, 2_900, 200)
    assert made.wait(200, 0, NOW) == pytest.approx(1.0)
    # The answer to the first: the API has counted it and nothing that was sent later.
    assert made.learn(1, [BucketReading("input", 6_000, 1_060)], NOW)
    assert (made.reserved_requests, made.reserved_input, made.reserved_output) == (1, 900, 200)
    assert made.wait(200, 0, NOW) == pytest.approx(1.0)
    made.release(first, counted=True)
    made.release(second, counted=False)
    assert (made.reserved_requests, made.reserved_input, made.reserved_output) == (0, 0, 0)


def test_an_answer_tells_of_everything_sent_before_it() -> None:
    made = buckets(input=3_000)
    for number in (1, 2, 3):
        made.reserve(number, "s", 100, (100, 0))
    made.learn(2, [BucketReading("input", 6_000, 2_800)], NOW)
    assert (made.reserved_requests, made.reserved_input) == (1, 100)


def test_a_late_answer_does_not_overwrite_a_newer_one() -> None:
    made = buckets(requests=60)
    assert made.learn(5, [BucketReading("requests", 60, 10)], NOW)
    assert not made.learn(4, [BucketReading("requests", 60, 50)], NOW + 1.0)
    assert made.requests is not None
    assert made.requests.remaining == 10.0
    assert made.learn(5, [BucketReading("requests", 60, 5)], NOW + 1.0), "the same request, tried again"


def test_what_the_api_may_have_counted_is_spent() -> None:
    made = buckets(requests=60, input=3_000, output=600, tokens=3_600)
    made.release(made.reserve(1, "s", 500, (500, 100)), counted=True)
    made.release(made.reserve(2, "s", 500, (500, 100)), counted=False)
    assert [bucket.remaining for _, bucket, _ in made.each()] == [59.0, 2_500.0, 600.0, 3_100.0]


def test_what_was_counted_is_spent_where_it_is_known() -> None:
    made = buckets(input=3_000)
    reservation = made.reserve(1, "s", 500, (500, 0))
    reservation.counted_input = 20
    made.release(reservation, counted=True)
    assert made.input is not None
    assert made.input.remaining == 2_980.0


def test_output_is_spent_when_it_has_been_counted() -> None:
    made = buckets(output=600)
    reservation = made.reserve(1, "s", 0, (0, 100))
    reservation.counted_output = 700
    made.release(reservation, counted=True)
    assert made.output is not None
    assert made.output.remaining == -100.0
    assert made.wait(0, 1, NOW) == pytest.approx(10.1), "a debt is refilled first"


def test_long_answers_hold_no_more_than_they_can_write_in_a_minute() -> None:
    assert ClassBuckets().reserve(1, "s", 0, (0, 10**6)).output == OUTPUT_AT_ONCE


def test_share_left_is_that_of_the_tightest() -> None:
    made = buckets(requests=30, input=6_000, output=600)
    assert made.share_left(NOW) == 0.5
    made.reserve(1, "s", 5_000, (5_000, 0))
    assert made.share_left(NOW) == pytest.approx(1 / 6)
    made.reserve(2, "s", 5_000, (5_000, 0))
    assert made.share_left(NOW) == 0.0


@pytest.mark.parametrize(
    ("reading", "certain"),
    [
        (BucketReading("requests", 60, 30), 30.0),
        (BucketReading("input", 2_000_000, 1_000_000), 999_500.0),
        (BucketReading("input", 6_000, 3_000), 2_940.0),
        (BucketReading("tokens", 6_000, 6_000), 6_000.0),
        (BucketReading("output", 400_000, 0), -500.0),
    ],
)
def test_rounding_is_taken_off(reading: BucketReading, certain: float) -> None:
    made = ClassBuckets()
    made.learn(1, [reading], NOW)
    assert [bucket.remaining for _, bucket, _ in made.each()] == [certain]


def test_while_much_is_left_not_every_answer_is_read() -> None:
    made = ClassBuckets()
    assert made.wants_reading(NOW)
    made.learn(1, [BucketReading("requests", 60, 40)], NOW)
    assert not made.wants_reading(NOW + 0.05)
    assert made.wants_reading(NOW + 0.2)
    made.learn(2, [BucketReading("requests", 60, 40), BucketReading("input", 6_000, 1_000)], NOW)
    assert made.wants_reading(NOW)


def test_an_unknown_bucket_is_a_mistake_of_the_provider() -> None:
    with pytest.raises(ValueError, match="there is no bucket 'tea'"):
        ClassBuckets().learn(1, [BucketReading("tea", 1, 1)], NOW)


def test_repr_shows_levels() -> None:
    assert repr(buckets(requests=30)) == "<ClassBuckets requests 30 of 60; 0 requests not counted yet>"
    assert "nothing read" in repr(ClassBuckets())


steps = st.lists(
    st.tuples(st.sampled_from(["reserve", "learn", "release"]), st.integers(0, 50), st.integers(0, 5_000)), max_size=60
)


@given(steps)
def test_promises_return_to_nothing(events: list[tuple[str, int, int]]) -> None:
    """Whatever the order of beginnings, readings and endings."""
    made, held, number = ClassBuckets(), list[Reservation](), 0
    for kind, index, amount in events:
        if kind == "reserve":
            number += 1
            held.append(made.reserve(number, "s", amount, (amount, amount)))
        elif kind == "learn":
            made.learn(index, [BucketReading("input", 6_000, amount)], NOW)
        elif held:
            made.release(held.pop(index % len(held)), counted=bool(amount % 2))
        assert made.reserved_requests >= 0
        assert made.reserved_input >= 0
        assert made.reserved_output >= 0
    for one in held:
        made.release(one, counted=False)
    assert (made.reserved_requests, made.reserved_input, made.reserved_output) == (0, 0, 0)


@given(st.integers(1, 10**7), st.integers(-(10**6), 10**7), st.integers(0, 10**7), st.integers(0, 10**6))
def test_after_the_predicted_wait_it_fits(limit: int, remaining: int, need: int, reserved: int) -> None:
    bucket = Bucket(limit, float(min(remaining, limit)), 0.0)
    seconds = bucket.wait(need, reserved, 0.0)
    if reserved + min(need, limit) <= limit:
        assert bucket.wait(need, reserved, seconds + 1e-3) <= 1e-6 * max(1.0, seconds)
