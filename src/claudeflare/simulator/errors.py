"""Every error the Claude API answers with, in its own words (API docs, errors, 2026-08; wordings as observed)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from claudeflare.simulator.buckets import Shortage
from claudeflare.simulator.windows import next_month, unified

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    520: "api_error",
    529: "overloaded_error",
}

Fields = Sequence[tuple[str, str]]

TOO_LARGE_BODY = b'{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}'
"""Sent by the edge, before the API: no top-level `type`, no request id."""


class ApiError(Exception):
    """An answer of the API that is an error; raised by checks, carried to the wire by the endpoint."""

    def __init__(
        self, status: int, message: str, *, kind: str = "", details: dict[str, Any] | None = None, fields: Fields = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        self.details = details
        self.fields = list(fields)
        """Headers of this answer alone."""

    def json(self, request_id: str | None) -> dict[str, Any]:
        """The error object; with `request_id=None` in the form it has inside a stream."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        whole: dict[str, Any] = {"type": "error", "error": error}
        return whole if request_id is None else {**whole, "request_id": request_id}

    def body(self, request_id: str) -> bytes:
        """The answer's body."""
        return msgspec.json.encode(self.json(request_id))

    @property
    def content_type(self) -> str:
        """What the body is."""
        return "application/json"


class EdgeError(ApiError):
    """A page of the content delivery network in front of the API: HTML, and no request id."""

    def body(self, request_id: str) -> bytes:
        """The page."""
        return (
            f"<!DOCTYPE html>\n<html><head><title>api.anthropic.com | {self.status}: {self.message}</title></head>\n"
            f"<body><h1>{self.message}</h1><p>Error code {self.status}</p></body></html>\n"
        ).encode()

    @property
    def content_type(self) -> str:
        """What the body is."""
        return "text/html; charset=UTF-8"


class TooLarge(ApiError):
    """413 from the edge."""

    def __init__(self) -> None:
        super().__init__(413, "Request exceeds the maximum size")

    def body(self, request_id: str) -> bytes:
        """The literal body."""
        return TOO_LARGE_BODY


def invalid(message: str) -> ApiError:
    """400 for the request's own fault."""
    return ApiError(400, message)


def bucket_exceeded(shortage: Shortage, organization_id: str, model: str, fields: Fields) -> ApiError:
    """429 of a token bucket: names organization and model."""
    return ApiError(
        429,
        f"This request would exceed your organization's rate limit of {shortage.limit:,} {shortage.unit} per minute "
        f"(org: {organization_id}, model: {model}). For details, refer to: "
        "https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce "
        "the prompt length or the maximum tokens requested, or try again later. You may also contact sales at "
        "https://claude.com/contact-sales to discuss your options for a rate limit increase.",
        fields=[("retry-after", _whole_seconds(shortage.retry_after)), *fields],
    )


def window_exceeded(resets_at: float, now: float, fields: Fields = ()) -> ApiError:
    """429 of a subscription's window; retry-after is what is left of it."""
    retry_after = _whole_seconds(resets_at - now)
    return ApiError(
        429,
        "This request would exceed your account's rate limit. Please try again later.",
        fields=[("retry-after", retry_after), *fields],
    )


def rejected_window_fields(claim: str, resets_at: float, now: float) -> Fields:
    """Headers that reject by one window and leave the others open, as seen on the real API in March and September."""
    name = {"five_hour": "5h", "seven_day": "7d"}.get(claim, "7d_oi")
    states = {"5h": (int(now) + 9000, "0.40"), "7d": (int(now) + 259_200, "0.59")}
    states[name] = (int(resets_at), "1.02" if name == "7d_oi" else "1.0")
    fields = [("status", "rejected"), ("reset", str(int(resets_at))), ("representative-claim", claim)]
    for window, (reset, utilization) in states.items():
        status = "rejected" if window == name else "allowed"
        fields += [(f"{window}-status", status), (f"{window}-reset", str(reset))]
        fields.append((f"{window}-utilization", utilization))
    fields += [("fallback-percentage", "0.5"), ("overage-status", "rejected")]
    return unified([*fields, ("overage-disabled-reason", "out_of_credits")])


def first_of_next_month(now: float) -> str:
    """When monthly limits begin anew, in the words of the messages."""
    return datetime.fromtimestamp(next_month(now), UTC).strftime("%Y-%m-%d at %H:%M UTC")


def _whole_seconds(seconds: float) -> str:
    """As retry-after has it: rounded up, at least 1."""
    return str(max(int(-(-seconds // 1)), 1))
