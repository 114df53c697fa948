"""The closed set of ways an attempt can end. A provider classifies into it; `failover.next_step` decides on it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Served(msgspec.Struct, frozen=True, tag=True):
    """A whole answer that says nothing bad about the account (any 2xx or 3xx)."""

    status: int = 200


class ConnectFailed(msgspec.Struct, frozen=True, tag=True):
    """Nothing of the request was written: refused, unreachable, TLS failed, timeout, or a stale reused connection."""

    message: str


class AnswerLost(msgspec.Struct, frozen=True, tag=True):
    """The request was sent and no byte of an answer came (reset, closed, timeout). It may have been billed."""

    message: str


class ServerError(msgspec.Struct, frozen=True, tag=True):
    """500, 502, 503, 504 or 520-526, HTML or JSON, or an `api_error` as the first event of a stream."""

    status: int
    message: str = ""


class Overloaded(msgspec.Struct, frozen=True, tag=True):
    """529, or `overloaded_error` as the first event of a stream: the provider's state, not the account's."""

    message: str = ""


class LimitKind(StrEnum):
    """Which of the five 429 answers this is."""

    BUCKET = "bucket"
    """Token bucket of (organization, model class)."""
    WINDOW = "window"
    """Subscription window; whole account, or one model class by its claim."""
    RAMP = "ramp"
    """Traffic rose too sharply; obey retry-after."""
    WINDOWLESS = "windowless"
    """Names no window and no reset: transient."""


class RateLimited(msgspec.Struct, frozen=True, tag=True):
    """A 429 that time will cure."""

    kind: LimitKind
    retry_after: float | None = None
    """Seconds, as the API said."""
    until: float | None = None
    """UTC epoch seconds at which the API said capacity returns; None when it did not say."""
    model_class: str = ""
    """Empty: the whole account."""
    message: str = ""


class SpendLimited(msgspec.Struct, frozen=True, tag=True):
    """Spend cap, credit too low, own spend limit, 402: the organization is out until money or a date changes that."""

    message: str
    until: float | None = None
    """UTC epoch seconds, when the answer names the date access returns."""


class CredentialRefused(msgspec.Struct, frozen=True, tag=True):
    """401."""

    message: str
    refreshable: bool = False
    """True for OAuth tokens: refresh once and try again before giving up on the account."""


class AccountRefused(msgspec.Struct, frozen=True, tag=True):
    """403 or 400 whose wording is about the account (organization disabled, key without permission, creator left)."""

    message: str


class PolicyRefused(msgspec.Struct, frozen=True, tag=True):
    """The provider refuses on policy (organization on hold, use not authorized). Never tried elsewhere."""

    message: str
    on_hold: bool = True
    """False when only this use was refused (`only authorized for use with …`): other requests may use the account."""


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """Any other 4xx: the request's own fault. Relayed unmodified; says nothing about the account."""

    status: int
    message: str = ""


class Interrupted(msgspec.Struct, frozen=True, tag=True):
    """The answer broke off, stalled, or carried an error event after content had reached the client."""

    message: str


class ClientGone(msgspec.Struct, frozen=True, tag=True):
    """The client left. Neither a failure nor a reason to try elsewhere."""


Outcome = (
    Served
    | ConnectFailed
    | AnswerLost
    | ServerError
    | Overloaded
    | RateLimited
    | SpendLimited
    | CredentialRefused
    | AccountRefused
    | PolicyRefused
    | Rejected
    | Interrupted
    | ClientGone
)
