"""What an answer means for its account: the only place that turns statuses, types, codes and wording into outcomes.

The finest word decides: first the error's code, then its type, its status, and wording last and loosely.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

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
from claudeflare.providers.anthropic.error_shape import ApiError, parse_error
from claudeflare.providers.anthropic.rate_limits import (
    Limited,
    date_in,
    headers_of,
    next_month,
    rate_limited,
    retry_after_seconds,
)
from claudeflare.providers.provider import Credential, Fields, Meter, RequestFacts

OVERLOADED: Final = 529
_NOT_TRANSIENT: Final = frozenset({501, 505})
"""The only 5xx that trying again or elsewhere cannot cure. 520-526 are the edge's, with web pages for bodies."""

_MONTHLY_LIMIT_CODE: Final = "enforced_spend_limit_reached"
_SPEND_CODES: Final = frozenset({_MONTHLY_LIMIT_CODE, "contract_spend_limit_reached"})
_RAMP_CODE: Final = "ramp_limit_exceeded"
_HOLD_CODE: Final = "organization_on_hold"
_ACCOUNT_CODES: Final = frozenset(
    {"claude_code_key_creator_not_member", "cmek_key_disabled", "cmek_key_network_blocked"},
)
_REQUEST_CODES: Final = frozenset(
    {
        # These are about whom or what the request names, not about the account it came through.
        "linked_organization_billing_unavailable",
        "linked_organization_spend_limit_reached",
        "sandbox_egress_restricted",
        "user_profile_not_billable",
        "user_profile_billing_not_authorized",
    }
)

_STATUS_OF_TYPE: Final = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": OVERLOADED,
}


def _wording(*beginnings: str) -> re.Pattern[str]:
    """Matches near a message's beginning. Further on a message may quote the request, and a client must not be able
    to get an account refused by sending such words as, say, a beta header's value."""
    return re.compile(rf"[\w\s'’-]{{0,60}}(?:{'|'.join(beginnings)})", re.IGNORECASE)


_QUOTED_FIELD: Final = "Extra inputs are not permitted"
"""Ends a message that begins with the name of a field in the request: such a message is never read for wording."""

_ON_HOLD = _wording("organization (?:is|has been) (?:placed )?on hold")
_USE_REFUSED = _wording("only authorized for use with", "extra usage")
_SPEND = _wording(
    "credit balance is too low",
    "reached your specified (?:workspace )?api usage limits",
    "workspace api usage limits",
    "spend limit reached",
)
_ACCOUNT = _wording("(?:organization|account) (?:has been|is) (?:disabled|suspended|deactivated)")
_PERMISSION = _wording("(?:api )?key does not have permission", "token does not meet scope requirement")


class _Answer(msgspec.Struct, frozen=True):
    """A failed answer, read."""

    status: int
    error: ApiError
    headers: dict[str, str]
    facts: RequestFacts
    bearer: bool

    @property
    def message(self) -> str:
        return self.error.message or f"HTTP {self.status}"

    def says(self, wording: re.Pattern[str]) -> bool:
        message = self.error.message or ""
        return wording.match(message) is not None and _QUOTED_FIELD not in message


def classify(
    status: int, fields: Fields, body: bytes, facts: RequestFacts, credential: Credential | None, now: float
) -> Outcome:
    """What an answer means. `body` is the decompressed start of it; only errors are looked into."""
    if status < 400:
        return Served(status)
    bearer = credential is not None and credential.kind == "bearer"
    return _classify(_Answer(status, parse_error(body), headers_of(fields), facts, bearer), now)


def classify_stream_error(meter: Meter, facts: RequestFacts, now: float) -> Outcome:
    """What an error event means: the same as the answer that has this type. Unknown types are the server's failure."""
    status = _STATUS_OF_TYPE.get(meter.error_type or "", 500)
    error = ApiError(meter.error_type, meter.error_message)
    return _classify(_Answer(status, error, {}, facts, bearer=False), now)


def _classify(answer: _Answer, now: float) -> Outcome:
    status, code = answer.status, answer.error.code
    if status == OVERLOADED:
        return Overloaded(answer.message)
    if status >= 500:
        return Rejected(status, answer.message) if status in _NOT_TRANSIENT else ServerError(status, answer.message)
    if status == 401:
        return CredentialRefused(answer.message, refreshable=answer.bearer)
    if code in _REQUEST_CODES:
        return Rejected(status, answer.message)
    if code == _HOLD_CODE or (status in (400, 403) and answer.says(_ON_HOLD)):
        return PolicyRefused(answer.message, on_hold=True)
    if status in (400, 403) and answer.says(_USE_REFUSED):
        return PolicyRefused(answer.message, on_hold=False)
    if _is_spend_limit(answer):
        return _spend_limited(answer, now)
    if status == 429:
        return _rate_limited(answer, now)
    if code in _ACCOUNT_CODES or (status in (400, 403) and answer.says(_ACCOUNT)):
        return AccountRefused(answer.message)
    # A key may lack files or batches and still be good for messages.
    if status == 403 and not answer.facts.auxiliary and answer.says(_PERMISSION):
        return AccountRefused(answer.message)
    return Rejected(status, answer.message)


def _is_spend_limit(answer: _Answer) -> bool:
    if answer.status == 402 or answer.error.code in _SPEND_CODES or answer.error.type == "billing_error":
        return True
    return answer.status in (400, 403, 429) and answer.says(_SPEND)


def _spend_limited(answer: _Answer, now: float) -> SpendLimited:
    until = date_in(answer.message, now)
    if until is None and answer.error.code == _MONTHLY_LIMIT_CODE:
        until = next_month(now)
    if until is None and (wait := retry_after_seconds(answer.headers, now)) is not None:
        until = now + wait
    return SpendLimited(answer.message, until)


def _rate_limited(answer: _Answer, now: float) -> RateLimited:
    if answer.error.code == _RAMP_CODE:
        wait = retry_after_seconds(answer.headers, now)
        return RateLimited(LimitKind.RAMP, wait, None if wait is None else now + wait, "", answer.message)
    return rate_limited(Limited(answer.headers, answer.message, answer.facts.model_class, answer.bearer), now)
