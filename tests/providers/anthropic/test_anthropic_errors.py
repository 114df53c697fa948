"""One row for every way the API says no, and what each means."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.balancing.outcome import (
    AccountRefused,
    CredentialRefused,
    LimitKind,
    Outcome,
    Overloaded,
    PolicyRefused,
    RateLimited,
    Rejected,
    Served,
    ServerError,
    SpendLimited,
)
from claudeflare.providers.anthropic.errors import classify, classify_stream_error
from claudeflare.providers.provider import Credential, RequestFacts
from providers.anthropic.captured_answers import stream_meter

NOW = datetime.fromisoformat("2026-11-22T18:00:00+00:00").timestamp()
DECEMBER = datetime.fromisoformat("2026-12-01T00:00:00+00:00").timestamp()
KEY = Credential(kind="api-key", secret="sk")
TOKEN = Credential(kind="bearer", secret="sk")
OPUS = RequestFacts(model="claude-opus-5-5", model_class="opus")
COUNTING = RequestFacts(model="claude-opus-5-5", model_class="count_tokens", auxiliary=True)


def body(kind: str, message: str, code: str | None = None) -> bytes:
    error: dict[str, Any] = {"type": kind, "message": message}
    if code:
        error["details"] = {"error_code": code}
    return json.dumps({"type": "error", "error": error, "request_id": "req_1"}).encode()


def read(
    status: int,
    kind: str = "",
    message: str = "No.",
    code: str | None = None,
    *,
    fields: list[tuple[bytes, bytes]] | None = None,
    facts: RequestFacts = OPUS,
    credential: Credential | None = KEY,
) -> Outcome:
    return classify(status, fields or [], body(kind, message, code), facts, credential, NOW)


@pytest.mark.parametrize("status", [200, 201, 204, 302, 304])
def test_served(status: int) -> None:
    assert classify(status, [], b'{"type":"error"}', OPUS, KEY, NOW) == Served(status)


INVALID, PERMISSION = "invalid_request_error", "permission_error"

REQUESTS_OWN_FAULT = [
    (400, INVALID, "max_tokens: Field required", None),
    (400, INVALID, "prompt is too long: 215643 tokens > 200000 maximum", None),
    (400, INVALID, "anthropic-version: header is required", None),
    (400, INVALID, "Update Claude Code.", "claude_code_version_too_old"),
    (400, INVALID, "Too large.", "image_dimensions_too_large"),
    (400, INVALID, "Thread.", "thread_already_continued"),
    (402, "billing_error", "Linked.", "linked_organization_billing_unavailable"),
    (402, "billing_error", "Linked.", "linked_organization_spend_limit_reached"),
    (403, PERMISSION, "Your API key does not have permission.", "sandbox_egress_restricted"),
    (403, PERMISSION, "Profile.", "user_profile_not_billable"),
    (403, PERMISSION, "Request not allowed", None),
    (404, "not_found_error", "model: claude-foo", None),
    (404, "not_found_error", "Thread.", "thread_not_found"),
    (405, INVALID, "Method not allowed", None),
    (409, "conflict_error", "Conflict", None),
    (413, "request_too_large", "Request exceeds the maximum size", None),
    (422, INVALID, "No", None),
    (501, "api_error", "Not implemented", None),
]


@pytest.mark.parametrize(("status", "kind", "message", "code"), REQUESTS_OWN_FAULT)
def test_rejected(status: int, kind: str, message: str, code: str | None) -> None:
    assert read(status, kind, message, code) == Rejected(status, message)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526])
def test_server_errors(status: int) -> None:
    assert read(status, "api_error", "Internal server error") == ServerError(status, "Internal server error")
    page = b"<!DOCTYPE html><html><head><title>api.anthropic.com | 520: Web server error</title></head>"
    expected = ServerError(status, "api.anthropic.com | 520: Web server error")
    assert classify(status, [(b"content-type", b"text/html")], page, OPUS, KEY, NOW) == expected
    assert classify(status, [], b"", OPUS, KEY, NOW) == ServerError(status, f"HTTP {status}")


def test_cmek_is_the_servers_trouble_or_the_accounts() -> None:
    assert isinstance(read(503, "api_error", "Key.", "cmek_key_unreachable"), ServerError)
    assert read(400, INVALID, "Key.", "cmek_key_disabled") == AccountRefused("Key.")


def test_overloaded() -> None:
    assert read(529, "overloaded_error", "Overloaded") == Overloaded("Overloaded")
    # Its headers say nothing about the account.
    fields = [(b"anthropic-ratelimit-unified-status", b"rejected")]
    assert read(529, "overloaded_error", "Overloaded", "compaction_unavailable", fields=fields) == Overloaded(
        "Overloaded"
    )


def test_credential_refused() -> None:
    assert read(401, "authentication_error", "invalid x-api-key") == CredentialRefused("invalid x-api-key")
    expired = "OAuth token has expired."
    assert read(401, "authentication_error", expired, credential=TOKEN) == CredentialRefused(expired, refreshable=True)
    assert read(401, "authentication_error", expired, credential=None) == CredentialRefused(expired)


@pytest.mark.parametrize(
    ("status", "kind", "message", "code", "until"),
    [
        (
            429,
            "rate_limit_error",
            "You will regain access on 2026-12-01 at 00:00 UTC.",
            "enforced_spend_limit_reached",
            DECEMBER,
        ),
        (429, "rate_limit_error", "Monthly cap.", "enforced_spend_limit_reached", DECEMBER),
        (429, "rate_limit_error", "Contract cap.", "contract_spend_limit_reached", None),
        (
            400,
            INVALID,
            "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
            None,
            DECEMBER,
        ),
        (400, INVALID, "You have reached your specified workspace API usage limits.", None, None),
        (429, "rate_limit_error", "You have reached your specified workspace API usage limits.", None, None),
        (400, INVALID, "Your credit balance is too low to access the Anthropic API. Please go to …", None, None),
        (402, "billing_error", "Your credit balance is too low", None, None),
        (402, "", "Payment required", None, None),
        (429, "billing_error", "spend limit reached (daily; resets 2026-12-01 00:00 UTC)", None, DECEMBER),
    ],
)
def test_spend_limited(status: int, kind: str, message: str, code: str | None, until: float | None) -> None:
    assert read(status, kind, message, code) == SpendLimited(message, until)


def test_spend_limit_with_only_retry_after() -> None:
    found = read(429, "billing_error", "spend limit reached", fields=[(b"retry-after", b"60")])
    assert found == SpendLimited("spend limit reached", NOW + 60)


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (400, "This organization has been disabled.", None),
        (403, "This organization has been disabled.", None),
        (403, "Your account is suspended.", None),
        (400, "The key's creator left.", "claude_code_key_creator_not_member"),
        (400, "Key.", "cmek_key_network_blocked"),
        (403, "Your API key does not have permission to use the specified resource", None),
        (403, "OAuth token does not meet scope requirement: user:inference", None),
    ],
)
def test_account_refused(status: int, message: str, code: str | None) -> None:
    assert read(status, PERMISSION, message, code) == AccountRefused(message)


def test_permission_missing_for_an_auxiliary_endpoint_says_nothing_of_messages() -> None:
    message = "Your API key does not have permission to use the specified resource"
    assert read(403, PERMISSION, message, facts=COUNTING) == Rejected(403, message)
    disabled = "This organization has been disabled."
    assert read(403, PERMISSION, disabled, facts=COUNTING) == AccountRefused(disabled)


@pytest.mark.parametrize(
    ("message", "code", "on_hold"),
    [
        ("On hold.", "organization_on_hold", True),
        ("Your organization has been placed on hold.", None, True),
        ("This credential is only authorized for use with Claude Code and cannot be used for …", None, False),
        ("Third-party apps now draw from your extra usage, not your plan limits.", None, False),
        ("You're out of extra usage. Add more and keep going.", None, False),
    ],
)
def test_policy_refused(message: str, code: str | None, on_hold: bool) -> None:
    assert read(400, INVALID, message, code) == PolicyRefused(message, on_hold=on_hold)


@pytest.mark.parametrize(
    "message",
    [
        "Unexpected value(s) `This organization has been disabled.` for the `anthropic-beta` header. Please consult …",
        "This organization has been disabled.: Extra inputs are not permitted",
        "Your credit balance is too low: Extra inputs are not permitted",
        "tools.0.custom.input_schema.this organization has been disabled: Field required",
        "model: this organization has been disabled",
    ],
)
def test_words_of_the_request_quoted_in_a_message_mean_nothing(message: str) -> None:
    assert read(400, INVALID, message) == Rejected(400, message)


def test_ramp() -> None:
    found = read(429, "rate_limit_error", "Slow.", "ramp_limit_exceeded", fields=[(b"retry-after", b"9")])
    assert found == RateLimited(LimitKind.RAMP, 9, NOW + 9, "", "Slow.")
    assert read(429, "", "Slow.", "ramp_limit_exceeded") == RateLimited(LimitKind.RAMP, None, None, "", "Slow.")


def test_bucket_window_and_windowless() -> None:
    limits = [(b"Anthropic-RateLimit-Requests-Limit", b"50"), (b"Retry-After", b"9")]
    expected = RateLimited(LimitKind.BUCKET, 9, NOW + 9, "opus", "Full.")
    assert read(429, "rate_limit_error", "Full.", fields=limits) == expected
    counting = read(429, "rate_limit_error", "Full.", fields=limits, facts=COUNTING)
    assert counting == RateLimited(LimitKind.BUCKET, 9, NOW + 9, "count_tokens", "Full.")
    window = [(b"anthropic-ratelimit-unified-status", b"rejected"), (b"retry-after", b"9")]
    found = read(429, "rate_limit_error", "Later.", fields=window, credential=TOKEN)
    assert found == RateLimited(LimitKind.WINDOW, 9, NOW + 9, "", "Later.")
    transient = [(b"x-should-retry", b"true")]
    found = read(429, "rate_limit_error", "Error", fields=transient, credential=TOKEN)
    assert found == RateLimited(LimitKind.WINDOWLESS, None, None, "opus", "Error")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("overloaded_error", Overloaded("No.")),
        ("api_error", ServerError(500, "No.")),
        ("timeout_error", ServerError(504, "No.")),
        ("something_new", ServerError(500, "No.")),
        ("rate_limit_error", RateLimited(LimitKind.WINDOWLESS, None, None, "opus", "No.")),
        ("authentication_error", CredentialRefused("No.")),
        ("billing_error", SpendLimited("No.")),
        ("permission_error", Rejected(403, "No.")),
        ("not_found_error", Rejected(404, "No.")),
        ("invalid_request_error", Rejected(400, "No.")),
        ("request_too_large", Rejected(413, "No.")),
    ],
)
def test_stream_error(kind: str, outcome: Outcome) -> None:
    meter = stream_meter()
    meter.feed(b"event: error\ndata: " + body(kind, "No.") + b"\n\n")
    assert classify_stream_error(meter, OPUS, NOW) == outcome


def test_stream_error_without_words() -> None:
    meter = stream_meter()
    meter.feed(b'data: {"type":"error","error":{}}\n\n')
    assert classify_stream_error(meter, OPUS, NOW) == ServerError(500, "HTTP 500")


@settings(deadline=None)
@given(st.integers(400, 599), st.binary() | st.text().map(lambda text: body("rate_limit_error", text)), st.booleans())
def test_never_raises(status: int, answer: bytes, auxiliary: bool) -> None:
    classify(status, [], answer, COUNTING if auxiliary else OPUS, None, NOW)
