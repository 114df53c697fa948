"""What answers say of limits: buckets, usage windows as seen in the wild, and nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.limit_reading import (
    ALLOWED,
    OVERAGE,
    REJECTED,
    WARNING,
    BucketReading,
    LimitReading,
    WindowReading,
)
from claudeflare.providers.anthropic.limit_headers import OVERLOADED, limits
from claudeflare.providers.anthropic.provider import AnthropicProvider
from claudeflare.providers.anthropic.usage import counted_tokens
from claudeflare.simulator.accounts import Limits
from claudeflare.simulator.buckets import LimitBuckets

NOW = 1_774_470_000.0


def buckets(**values: str) -> dict[bytes, bytes]:
    return {f"anthropic-ratelimit-{name.replace('_', '-')}".encode(): value.encode() for name, value in values.items()}


def unified(values: dict[str, str]) -> dict[bytes, bytes]:
    return {f"anthropic-ratelimit-unified-{name}".encode(): value.encode() for name, value in values.items()}


UNIFIED_FIELDS = (
    "status",
    "reset",
    "5h-reset",
    "5h-status",
    "7d-utilization",
    "representative-claim",
    "overage-in-use",
)
FIELDS = buckets(requests_limit="", requests_remaining="", tokens_limit="") | unified(dict.fromkeys(UNIFIED_FIELDS, ""))
"""Some of the names there are."""


def window(reading: LimitReading | None, name: str) -> WindowReading:
    assert reading is not None
    [found] = [one for one in reading.windows if one.name == name]
    return found


def test_an_answer_without_such_headers_says_nothing() -> None:
    assert limits(200, {b"content-type": b"application/json", b"retry-after": b"3"}) is None


def test_buckets_of_an_api_key() -> None:
    named = buckets(
        requests_limit="1000",
        requests_remaining="999",
        requests_reset="2026-11-22T12:00:01Z",
        input_tokens_limit="2000000",
        input_tokens_remaining="1999000",
        output_tokens_limit="400000",
        output_tokens_remaining="400000",
        tokens_limit="2400000",
        tokens_remaining="2399000",
    )
    assert limits(200, named) == LimitReading(
        (
            BucketReading("requests", 1_000, 999),
            BucketReading("input", 2_000_000, 1_999_000),
            BucketReading("output", 400_000, 400_000),
        )
    )
    assert AnthropicProvider().limits(429, named) == limits(429, named)


def test_what_the_simulated_api_sends_is_read() -> None:
    shown = LimitBuckets(Limits(60, 6_000, 600), NOW)
    assert shown.admit(2_000, NOW) is None
    named = {name.encode(): value.encode() for name, value in shown.fields(NOW)}
    assert limits(200, named) == LimitReading(
        (BucketReading("requests", 60, 59), BucketReading("input", 6_000, 4_000), BucketReading("output", 600, 600))
    )


def test_tokens_count_where_there_is_nothing_finer() -> None:
    named = buckets(tokens_limit="50000", tokens_remaining="30000", requests_limit="50", requests_remaining="49")
    assert limits(200, named) == LimitReading(
        (BucketReading("requests", 50, 49), BucketReading("tokens", 50_000, 30_000))
    )


@pytest.mark.parametrize(
    ("limit", "remaining", "read"),
    [
        ("50", "-3", BucketReading("requests", 50, 0)),
        ("50", "60", BucketReading("requests", 50, 50)),
        (" 50 ", " 7 ", BucketReading("requests", 50, 7)),
        ("0", "0", None),
        ("-5", "1", None),
        ("many", "1", None),
        ("50", "", None),
        ("9" * 30, "1", None),
        ("9" * 5_000, "1", None),
    ],
)
def test_odd_numbers(limit: str, remaining: str, read: BucketReading | None) -> None:
    reading = limits(200, buckets(requests_limit=limit, requests_remaining=remaining))
    assert reading == (None if read is None else LimitReading((read,)))


def test_a_limit_without_what_is_left_says_nothing() -> None:
    assert limits(200, buckets(requests_limit="50")) is None
    assert limits(200, buckets(output_tokens_limit="50")) is None


def test_an_overloaded_provider_says_nothing() -> None:
    assert limits(OVERLOADED, buckets(requests_limit="50", requests_remaining="0")) is None


def test_session_window_as_seen_on_2026_03_25() -> None:
    reading = limits(
        429,
        unified(
            {
                "status": "rejected",
                "5h-status": "rejected",
                "5h-reset": "1774472400",
                "5h-utilization": "1.0",
                "7d-status": "allowed",
                "7d-reset": "1774580400",
                "7d-utilization": "0.59",
                "representative-claim": "five_hour",
                "fallback-percentage": "0.5",
                "overage-status": "rejected",
                "overage-disabled-reason": "out_of_credits",
            }
        ),
    )
    assert window(reading, "5h") == WindowReading("5h", 1.0, 1_774_472_400.0, REJECTED, "")
    assert window(reading, "7d") == WindowReading("7d", 0.59, 1_774_580_400.0, ALLOWED, "")
    assert window(reading, OVERAGE) == WindowReading(OVERAGE, None, None, REJECTED, "")
    assert reading is not None
    assert not reading.extra_usage


def test_window_of_one_model_as_seen_on_2026_09_17() -> None:
    reading = limits(
        429,
        unified(
            {
                "status": "rejected",
                "representative-claim": "seven_day_overage_included",
                "7d-status": "allowed",
                "7d-utilization": "0.69",
                "7d_oi-status": "rejected",
                "7d_oi-utilization": "1.02",
                "overage-status": "rejected",
                "reset": "1774590000",
            }
        ),
    )
    assert window(reading, "7d_oi") == WindowReading("7d_oi", 1.02, 1_774_590_000.0, REJECTED, None)
    assert window(reading, "7d").model_class == ""


def test_whose_the_pool_of_the_top_models_is_only_its_claim_says() -> None:
    reading = limits(200, unified({"status": "allowed", "7d_oi-utilization": "1.0", "7d-utilization": "0.5"}))
    assert reading is not None
    assert [one.name for one in reading.windows] == ["7d"]


def test_windows_named_after_a_model() -> None:
    named = unified({"status": "allowed", "7d_opus-utilization": "0.4", "7d_sonnet-status": "allowed_warning"})
    reading = limits(200, named)
    assert window(reading, "7d_opus").model_class == "opus"
    assert window(reading, "7d_sonnet") == WindowReading("7d_sonnet", None, None, WARNING, "sonnet")


def test_overall_fields_are_those_of_the_claim() -> None:
    named = unified({"status": "allowed_warning", "reset": "1774580400", "representative-claim": "seven_day"})
    assert limits(200, named) == LimitReading(windows=(WindowReading("7d", None, 1_774_580_400.0, WARNING, ""),))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [("allowed", ALLOWED), ("Allowed ", ALLOWED), ("queueing_soft", WARNING), ("blocked", REJECTED), ("new", REJECTED)],
)
def test_statuses(status: str, meaning: str) -> None:
    assert window(limits(200, unified({"status": "allowed", "5h-status": status})), "5h").status == meaning


def test_extra_usage_in_use() -> None:
    named = unified({"status": "allowed", "overage-in-use": "true", "overage-utilization": "0.25"})
    reading = limits(200, named)
    assert reading is not None
    assert reading.extra_usage
    assert window(reading, OVERAGE).used == 0.25
    assert limits(200, unified({"status": "allowed", "overage-in-use": "true"})) == LimitReading(extra_usage=True)
    assert limits(200, unified({"status": "allowed"})) is None


@pytest.mark.parametrize("share", ["", "much", "nan", "-1", "inf"])
def test_shares_that_make_no_sense_are_missing(share: str) -> None:
    named = unified({"status": "allowed", "5h-status": "allowed", "5h-utilization": share, "5h-reset": "soon"})
    assert window(limits(200, named), "5h") == WindowReading("5h", None, None, ALLOWED, "")


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.binary()))
def test_whatever_comes_nothing_breaks(named: dict[bytes, bytes]) -> None:
    limits(200, named)


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"input_tokens": 9, "output_tokens": 4}, (9, 4)),
        ({"input_tokens": 9, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 5_000}, (109, 0)),
        ({"input_tokens": None, "output_tokens": "many"}, (0, 0)),
    ],
)
def test_what_counts_against_limits(usage: dict[str, object], counted: tuple[int, int]) -> None:
    assert counted_tokens(usage) == counted
    assert AnthropicProvider().counted_tokens(usage) == counted
