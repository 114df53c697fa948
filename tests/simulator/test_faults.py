"""Faults as written, and the rules in force."""

from __future__ import annotations

import pytest

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.error_variants import fault_error
from claudeflare.simulator.faults import ANSWERS, IN_STREAM, NAMES, Fault, parse_fault, parse_faults

ACCOUNT = SimulatedAccount(name="work", key="sk-ant-api03-work")
NOW = 1_795_000_000.0


def names(faults: list[Fault]) -> list[str]:
    return [fault.name for fault in faults]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_fault(name: str) -> None:
    if name != "status":
        assert parse_fault(name) == Fault(name=name)


def test_parameters_are_read() -> None:
    assert parse_fault("abort-mid-stream; after=5; how=fin") == Fault(name="abort-mid-stream", after=5, how="fin")
    assert parse_fault("429-bucket;retry-after=1.5").retry_after == 1.5
    assert names(parse_faults("gzip, chunk-bytes,")) == ["gzip", "chunk-bytes"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("explode", "There is no fault 'explode'. Faults are: 400-credit"),
        ("stall;after", "key=value"),
        ("stall;before=3", "unknown field `before`"),
        ("stall;after=soon", "after"),
        ("abort-mid-stream;how=softly", "how"),
        ("status", "needs a code from 400 to 599"),
        ("status;code=200", "needs a code from 400 to 599"),
        ("stall;seconds=-1", "seconds must be at least 0"),
        ("stall;after=-1", "after must be at least 0"),
    ],
)
def test_what_is_no_fault_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse_fault(text)


@pytest.mark.parametrize("name", [*ANSWERS, *IN_STREAM])
def test_every_error_has_status_type_and_words(name: str) -> None:
    error = fault_error(Fault(name=name, code=418), ACCOUNT, "claude-opus-5-5", NOW)
    assert name[:3] == str(error.status) or not name[:3].isdecimal()
    assert error.message
    assert error.body("req_1")


def header(error_fields: list[tuple[str, str]], name: str) -> str | None:
    return dict(error_fields).get(name)


def test_a_bucket_429_names_organization_and_model_and_shows_nothing_left() -> None:
    error = fault_error(Fault(name="429-bucket"), ACCOUNT, "claude-opus-5-5", NOW)
    assert error.message.startswith(
        "This request would exceed your organization's rate limit of 2,000,000 input tokens per minute "
        f"(org: {ACCOUNT.organization_id}, model: claude-opus-5-5). For details, refer to: "
        "https://docs.claude.com/en/api/rate-limits."
    )
    assert header(error.fields, "retry-after") == "12"
    assert header(error.fields, "anthropic-ratelimit-input-tokens-remaining") == "0"


def test_spend_and_own_limits_name_the_first_of_next_month_and_no_retry_after() -> None:
    spend = fault_error(Fault(name="429-spend"), ACCOUNT, "", NOW)
    assert spend.message.endswith("You will regain access on 2026-12-01 at 00:00 UTC.")
    assert spend.details == {"error_code": "enforced_spend_limit_reached"}
    assert header(spend.fields, "retry-after") is None
    december = fault_error(Fault(name="400-own-limit"), ACCOUNT, "", NOW + 30 * 86400)
    assert december.message.endswith("2027-01-01 at 00:00 UTC.")


def test_window_429s_reject_by_their_claim_alone() -> None:
    prefix = "anthropic-ratelimit-unified-"
    session = fault_error(Fault(name="429-window", seconds=100), ACCOUNT, "", NOW).fields
    assert header(session, "retry-after") == "100"
    assert header(session, f"{prefix}status") == "rejected"
    assert header(session, f"{prefix}representative-claim") == "five_hour"
    assert header(session, f"{prefix}5h-status") == "rejected"
    assert header(session, f"{prefix}5h-reset") == str(int(NOW + 100))
    assert header(session, f"{prefix}7d-status") == "allowed"
    model = fault_error(Fault(name="429-model-window"), ACCOUNT, "", NOW).fields
    assert header(model, f"{prefix}representative-claim") == "seven_day_overage_included"
    assert header(model, f"{prefix}7d_oi-status") == "rejected"
    assert header(model, f"{prefix}5h-status") == header(model, f"{prefix}7d-status") == "allowed"
    weekly = fault_error(Fault(name="429-window", claim="seven_day"), ACCOUNT, "", NOW).fields
    assert header(weekly, f"{prefix}7d-status") == "rejected"


def test_a_windowless_429_names_no_window() -> None:
    error = fault_error(Fault(name="429-windowless"), ACCOUNT, "", NOW)
    assert error.fields == [("x-should-retry", "true")]
    error = fault_error(Fault(name="429-windowless", retry_after=0.5), ACCOUNT, "", NOW)
    assert header(error.fields, "retry-after") == "0.5"


def test_on_hold_says_so_by_code() -> None:
    error = fault_error(Fault(name="on-hold"), ACCOUNT, "", NOW)
    assert error.details is not None
    assert error.details["error_code"] == "organization_on_hold"


def test_a_401_depends_on_the_credential() -> None:
    token = SimulatedAccount(name="max", key="sk-ant-oat01-x")
    assert fault_error(Fault(name="401"), ACCOUNT, "", NOW).message == "invalid x-api-key"
    assert fault_error(Fault(name="401"), token, "", NOW).message.startswith("OAuth token has expired.")


def test_edge_errors_are_pages() -> None:
    for name, status in (("520", 520), ("html-502", 502)):
        error = fault_error(Fault(name=name), ACCOUNT, "", NOW)
        assert error.status == status
        assert error.body("req_1").startswith(b"<!DOCTYPE html>")
        assert b"req_1" not in error.body("req_1")


def test_any_status_may_be_asked_for() -> None:
    fault = parse_fault("status;code=503;error-code=cmek_key_unreachable;retry-after=3;message=Key unreachable")
    error = fault_error(fault, ACCOUNT, "", NOW)
    assert (error.status, error.kind, error.message) == (503, "api_error", "Key unreachable")
    assert error.details == {"error_code": "cmek_key_unreachable"}
    assert error.fields == [("retry-after", "3")]
    plain = fault_error(parse_fault("status;code=418"), ACCOUNT, "", NOW)
    assert (plain.kind, plain.message) == ("invalid_request_error", "I'm a Teapot")
    typed = fault_error(parse_fault("status;code=409;type=memory_path_conflict_error"), ACCOUNT, "", NOW)
    assert typed.kind == "memory_path_conflict_error"


def test_a_message_may_be_another() -> None:
    assert fault_error(parse_fault("500;message=Out of order"), ACCOUNT, "", NOW).message == "Out of order"


def test_the_contract_s_limit_has_a_code_and_no_date() -> None:
    error = fault_error(Fault(name="429-contract"), ACCOUNT, "", NOW)
    assert error.details == {"error_code": "contract_spend_limit_reached"}
    assert error.fields == []
