"""Windows, buckets and windowless answers by their headers, real ones among them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.balancing.outcome import LimitKind, RateLimited
from claudeflare.providers.anthropic.rate_limits import (
    Limited,
    date_in,
    headers_of,
    next_month,
    rate_limited,
    retry_after_seconds,
)

NOW = 1_774_470_000.0
UNIFIED = "anthropic-ratelimit-unified-"
BUCKET = "anthropic-ratelimit-"


def read(headers: dict[str, str], *, message: str = "", bearer: bool = True) -> RateLimited:
    return rate_limited(Limited(headers, message, "opus", bearer), NOW)


def windows(**values: str) -> dict[str, str]:
    return {UNIFIED + name.replace("__", "-"): value for name, value in values.items()}


def test_session_window_as_seen_on_2026_03_25() -> None:
    headers = {
        UNIFIED + "status": "rejected",
        UNIFIED + "5h-status": "rejected",
        UNIFIED + "5h-reset": "1774472400",
        UNIFIED + "5h-utilization": "1.0",
        UNIFIED + "7d-status": "allowed",
        UNIFIED + "7d-reset": "1774580400",
        UNIFIED + "representative-claim": "five_hour",
        UNIFIED + "overage-status": "rejected",
        UNIFIED + "overage-disabled-reason": "out_of_credits",
        "retry-after": "2094",
    }
    assert read(headers) == RateLimited(LimitKind.WINDOW, 2094, 1774472400, "")


def test_window_of_one_model_as_seen_on_2026_09_17() -> None:
    headers = {
        UNIFIED + "status": "rejected",
        UNIFIED + "representative-claim": "seven_day_overage_included",
        UNIFIED + "7d-status": "allowed",
        UNIFIED + "7d_oi-status": "rejected",
        UNIFIED + "7d_oi-reset": str(int(NOW) + 121_180),
        UNIFIED + "overage-status": "rejected",
        "retry-after": "121180",
    }
    assert read(headers) == RateLimited(LimitKind.WINDOW, 121_180, NOW + 121_180, "opus")


RESET = str(int(NOW) + 100)


@pytest.mark.parametrize(
    ("headers", "until", "model_class"),
    [
        (windows(status="rejected", reset=RESET, **{"representative-claim": "five_hour"}), 100, ""),
        (windows(status="rejected", reset=RESET, **{"representative-claim": "seven_day"}), 100, ""),
        (windows(status="rejected", reset=RESET, **{"representative-claim": "seven_day_opus"}), 100, "opus"),
        (windows(status="rejected", reset=RESET, **{"representative-claim": "seven_day_sonnet"}), 100, "opus"),
        (windows(status="rejected", reset=RESET, **{"representative-claim": "seven_day_someday"}), 100, "opus"),
        (windows(status="rejected", reset=RESET, **{"representative-claim": "overage"}), 100, ""),
        (windows(status="rejected", reset=RESET), 100, ""),
        (windows(status="blocked", reset=RESET), 100, ""),
        # A model's claim while the account's window is closed too: nothing gets through.
        (
            windows(**{"status": "rejected", "representative-claim": "seven_day_opus", "5h-status": "rejected"})
            | windows(**{"5h-reset": RESET}),
            100,
            "",
        ),
        # Both windows of the account: the later one counts.
        (
            windows(**{"status": "rejected", "5h-status": "rejected", "7d-status": "rejected"})
            | windows(**{"5h-reset": RESET, "7d-reset": str(int(NOW) + 900)}),
            900,
            "",
        ),
        # No overall status.
        (windows(**{"7d_oi-status": "rejected", "7d_oi-reset": RESET}), 100, "opus"),
        # RFC 3339 is understood where epoch seconds are the rule.
        (
            windows(status="rejected", reset=datetime.fromtimestamp(NOW + 100, UTC).isoformat()),
            100,
            "",
        ),
        # Resets that have passed, or are no times, say nothing.
        (windows(status="rejected", reset="1") | {"retry-after": "7"}, 7, ""),
        (windows(status="rejected", reset="soon") | {"retry-after": "7"}, 7, ""),
        (windows(status="rejected", reset="nan"), None, ""),
    ],
)
def test_window(headers: dict[str, str], until: float | None, model_class: str) -> None:
    found = read(headers)
    assert found.kind is LimitKind.WINDOW
    assert found.until == (None if until is None else NOW + until)
    assert found.model_class == model_class


def test_overall_status_outweighs_a_window_that_rejects() -> None:
    headers = windows(**{"status": "allowed_warning", "5h-status": "rejected", "5h-reset": RESET})
    assert read(headers).kind is LimitKind.WINDOWLESS


def test_bucket_is_out_until_retry_after_and_not_until_it_is_full_again() -> None:
    headers = {
        "retry-after": "12",
        BUCKET + "input-tokens-limit": "30000",
        BUCKET + "input-tokens-remaining": "0",
        BUCKET + "input-tokens-reset": datetime.fromtimestamp(NOW + 60, UTC).isoformat(),
    }
    for bearer in (True, False):
        assert read(headers, bearer=bearer) == RateLimited(LimitKind.BUCKET, 12, NOW + 12, "opus")


def test_bucket_without_retry_after_is_out_until_the_first_empty_one_is_full() -> None:
    def reset(seconds: float) -> str:
        return datetime.fromtimestamp(NOW + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    headers = {
        BUCKET + "requests-remaining": "3",
        BUCKET + "requests-reset": reset(5),
        BUCKET + "tokens-remaining": "0",
        BUCKET + "tokens-reset": reset(60),
        BUCKET + "input-tokens-remaining": "0",
        BUCKET + "input-tokens-reset": reset(30),
    }
    assert read(headers) == RateLimited(LimitKind.BUCKET, None, NOW + 30, "opus")
    assert read({BUCKET + "tokens-limit": "9"}) == RateLimited(LimitKind.BUCKET, None, None, "opus")


def test_bucket_is_told_by_its_wording_and_for_keys_by_retry_after() -> None:
    for wording in (
        "This request would exceed your organization's rate limit of 30,000 input tokens per minute (org: …).",
        "This request would exceed the rate limit for your organization (6b3f6e2e-12ab-4cde-8f00-0123456789ab) of "
        "40,000 input tokens per minute.",
    ):
        assert read({"x-should-retry": "true"}, message=wording).kind is LimitKind.BUCKET
    assert read({"retry-after": "3"}, bearer=False).kind is LimitKind.BUCKET


def test_windowless() -> None:
    assert read({"x-should-retry": "true"}) == RateLimited(LimitKind.WINDOWLESS, None, None, "opus")
    assert read({}, bearer=False).kind is LimitKind.WINDOWLESS
    # API keys are told their buckets with every answer, limited or not.
    transient = {"x-should-retry": "true", "retry-after": "2", BUCKET + "requests-remaining": "3"}
    assert read(transient, bearer=False) == RateLimited(LimitKind.WINDOWLESS, 2, NOW + 2, "opus")
    assert read({**transient, BUCKET + "tokens-remaining": "0"}, bearer=False).kind is LimitKind.BUCKET
    assert read({"retry-after": "5"}) == RateLimited(LimitKind.WINDOWLESS, 5, NOW + 5, "opus")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after-ms": "-1", "retry-after": "1"}, 1),
        ({"retry-after": "Wed, 25 Mar 2026 20:20:30 GMT"}, 30),
        ({"retry-after": "Wed, 25 Mar 2020 20:20:30 GMT"}, 0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "date"),
    [
        ("You will regain access on 2026-12-01 at 00:00 UTC.", "2026-12-01T00:00:00+00:00"),
        ("spend limit reached (daily; resets 2026-08-08 06:30 UTC)", "2026-08-08T06:30:00+00:00"),
        ("since 2020-01-01, until 2026-05-05", "2026-05-05T00:00:00+00:00"),
        ("on 2026-13-45 or never", None),
        ("You will regain access on 2020-12-01 at 00:00 UTC.", None),
        ("Overloaded", None),
    ],
)
def test_date_in(message: str, date: str | None) -> None:
    assert date_in(message, NOW) == (datetime.fromisoformat(date).timestamp() if date else None)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-11-22T18:00:00", "2026-12-01"),
        ("2026-12-31T23:59:59", "2027-01-01"),
        ("2028-02-01T00:00:00", "2028-03-01"),
    ],
)
def test_next_month(today: str, first: str) -> None:
    now = datetime.fromisoformat(today + "+00:00").timestamp()
    assert next_month(now) == datetime.fromisoformat(first + "T00:00:00+00:00").timestamp()


def test_headers_of_takes_the_first_of_each() -> None:
    assert headers_of([(b"Retry-After", b" 5 "), (b"retry-after", b"9")]) == {"retry-after": "5"}


NAMES = st.sampled_from(
    [
        "retry-after",
        "retry-after-ms",
        *(f"{UNIFIED}{name}" for name in ("status", "reset", "5h-status", "5h-reset", "7d_oi-status", "7d_oi-reset")),
        UNIFIED + "representative-claim",
        *(f"{BUCKET}tokens-{name}" for name in ("limit", "remaining", "reset")),
    ]
)
VALUES = st.sampled_from(["0", "rejected", "allowed", "seven_day", "9e999", "2026-11-22T18:00:00Z", "1" * 400])


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES | st.text()), st.text(), st.booleans())
def test_never_raises_and_never_looks_back(headers: dict[str, str], message: str, bearer: bool) -> None:
    found = read(headers, message=message, bearer=bearer)
    assert found.until is None or found.until >= NOW
    json.dumps([found.retry_after, found.until], allow_nan=False)
    date_in(message, NOW)
