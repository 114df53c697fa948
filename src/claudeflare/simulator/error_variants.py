"""The error each fault of `faults.ANSWERS` and `faults.IN_STREAM` stands for."""

from __future__ import annotations

import http.client
from collections.abc import Callable

from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.buckets import LimitBuckets, Shortage
from claudeflare.simulator.catalog import find_model
from claudeflare.simulator.errors import (
    ERROR_TYPES,
    ApiError,
    EdgeError,
    TooLarge,
    bucket_exceeded,
    first_of_next_month,
    rejected_window_fields,
    window_exceeded,
)
from claudeflare.simulator.faults import Fault

SPEND_LIMIT_REACHED = "You have reached your specified API usage limits. You will regain access on {date}."
CREDIT_TOO_LOW = (
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase "
    "credits."
)
PLAIN: dict[str, tuple[int, str]] = {
    "500": (500, "Internal server error"),
    "502": (502, "Bad gateway"),
    "503": (503, "Service unavailable"),
    "504": (504, "Request timed out"),
    "529": (529, "Overloaded"),
    "529-first-event": (529, "Overloaded"),
    "400-credit": (400, CREDIT_TOO_LOW),
    "402": (402, CREDIT_TOO_LOW),
    "400-disabled": (400, "This organization has been disabled."),
    "403-account": (403, "Your API key does not have permission to use the specified resource"),
    "not-authorized-use": (
        400,
        "This credential is only authorized for use with Claude Code and cannot be used for other API requests.",
    ),
}
"""Status and message of the errors that say nothing else."""


def fault_error(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    """The error of an answering fault for this account and model."""
    if fault.name in PLAIN:
        status, message = PLAIN[fault.name]
        error = ApiError(status, message)
    else:
        error = _BUILDERS[fault.name](fault, account, model, now)
    if fault.message is not None:
        error.message = fault.message
    return error


def _unauthorized(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    if account.is_subscription:
        return ApiError(401, "OAuth token has expired. Please obtain a new token or refresh your existing token.")
    return ApiError(401, "invalid x-api-key")


def _bucket(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    known = find_model(model)
    limits = account.limits_of(known.line if known else "")
    buckets = LimitBuckets(limits, now)
    buckets.drain(now)
    shortage = Shortage(limits.input_tokens, "input tokens", 12 if fault.retry_after is None else fault.retry_after)
    return bucket_exceeded(shortage, account.organization_id, model, buckets.fields(now))


def _ramp(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return ApiError(
        429,
        "This request would exceed the rate at which your organization's usage may grow. Please increase your usage "
        "gradually and try again later.",
        details={"error_code": "ramp_limit_exceeded"},
        fields=[("retry-after", f"{10 if fault.retry_after is None else fault.retry_after:g}")],
    )


def _contract(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return ApiError(
        429,
        "Your organization has reached the spend limit of its contract. Please contact your account team.",
        details={"error_code": "contract_spend_limit_reached"},
    )


def _spend(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    # No retry-after: only the message says when.
    return ApiError(
        429,
        f"Your organization has reached its monthly spend limit. You will regain access on {first_of_next_month(now)}.",
        details={"error_code": "enforced_spend_limit_reached"},
    )


def _any_status(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    assert fault.code is not None  # a fault without one cannot be made
    phrase = http.client.responses.get(fault.code, "Error")
    details = {"error_code": fault.error_code} if fault.error_code else None
    fields = [("retry-after", f"{fault.retry_after:g}")] if fault.retry_after is not None else []
    return ApiError(fault.code, phrase, kind=fault.type or "", details=details, fields=fields)


def _too_large(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return TooLarge()


def _revoked(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return ApiError(401, "OAuth token has been revoked" if account.is_subscription else "invalid x-api-key")


def _own_limit(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return ApiError(400, SPEND_LIMIT_REACHED.format(date=first_of_next_month(now)))


def _window(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    whole_account = fault.name == "429-window"
    claim = fault.claim or ("five_hour" if whole_account else "seven_day_overage_included")
    seconds = fault.seconds if fault.seconds is not None else 2094 if whole_account else 121_180
    resets_at = now + seconds
    return window_exceeded(resets_at, now, rejected_window_fields(claim, resets_at, now))


def _windowless(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    fields = [("x-should-retry", "true")]
    if fault.retry_after is not None:
        fields.append(("retry-after", f"{fault.retry_after:g}"))
    return ApiError(429, "Rate limited", fields=fields)


def _on_hold(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    return ApiError(
        400,
        "This organization is on hold.",
        details={"error_code": "organization_on_hold", "appeal_url": "https://support.claude.com"},
    )


def _html(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    if fault.name == "520":
        return EdgeError(520, "Web server is returning an unknown error")
    return EdgeError(502, "Bad gateway")


def _mid_stream(fault: Fault, account: SimulatedAccount, model: str, now: float) -> ApiError:
    kind = fault.type or "overloaded_error"
    status = next((status for status, name in ERROR_TYPES.items() if name == kind), 500)
    message = "Overloaded" if kind == "overloaded_error" else "Internal server error"
    return ApiError(status, message, kind=kind)


_BUILDERS: dict[str, Callable[[Fault, SimulatedAccount, str, float], ApiError]] = {
    "401": _unauthorized,
    "429-bucket": _bucket,
    "429-ramp": _ramp,
    "429-spend": _spend,
    "429-contract": _contract,
    "413": _too_large,
    "401-revoked": _revoked,
    "status": _any_status,
    "400-own-limit": _own_limit,
    "429-window": _window,
    "429-model-window": _window,
    "429-windowless": _windowless,
    "on-hold": _on_hold,
    "520": _html,
    "html-502": _html,
    "error-mid-stream": _mid_stream,
}
