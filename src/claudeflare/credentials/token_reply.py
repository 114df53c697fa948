"""What a token endpoint's answer means: tokens, or one of four kinds of trouble. Pure; never repeats what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from claudeflare.errors import Unreachable

DEFAULT_LIFETIME: Final = 3600.0
"""Seconds, for an answer that does not say (as the provider's own client libraries take it)."""
LONGEST_RETRY_AFTER: Final = 3600.0

_TERMINAL: Final = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})
"""RFC 6749 §5.2: it is no use to ask again with the same."""
_QUOTED: Final = 200
"""Characters of the endpoint's own words that are repeated."""


class TokenEndpointError(Unreachable):
    """The token endpoint gave no tokens."""


class GrantRefused(TokenEndpointError):
    """It says no to what was presented, and will go on to: somebody has to sign in again."""


class EndpointLimited(TokenEndpointError):
    """429."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds, if it said."""


class EndpointTroubled(TokenEndpointError):
    """It could not be reached, did not answer in time, or failed by itself: later it may work."""


class EndpointMisplaced(TokenEndpointError):
    """Whatever answers there is no token endpoint, or not for requests like ours: the URL or this version is wrong."""


class TokenReply(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, as just received."""

    access_token: str
    refresh_token: str | None = None
    """None: the one that was used stays good."""
    expires_in: float = DEFAULT_LIFETIME
    """Seconds from now on, by whatever clock."""
    scopes: tuple[str, ...] = ()
    account_email: str | None = None
    organization: str | None = None
    """Its name."""

    def __repr__(self) -> str:
        return f"TokenReply(…, expires_in={self.expires_in})"


def read_tokens(status: int, headers: Mapping[str, str], body: bytes) -> TokenReply:
    """The tokens in an answer. Raises one of the errors above."""
    answer = read_object(status, headers, body)
    access_token, refresh_token = _token(answer, "access_token"), _token(answer, "refresh_token")
    if access_token is None:
        raise EndpointMisplaced("The token endpoint's answer holds no token that can be used.")
    scope, account, organization = answer.get("scope"), answer.get("account"), answer.get("organization")
    return TokenReply(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_in=_lifetime(answer.get("expires_in")),
        scopes=tuple(scope.split()) if isinstance(scope, str) else (),
        account_email=_text(account, "email_address"),
        organization=_text(organization, "name"),
    )


def read_object(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The JSON object of a good answer. Raises one of the errors above for every other answer."""
    if status == 429:
        raise EndpointLimited("The token endpoint is limited (429).", _seconds(headers.get("retry-after")))
    if status >= 500 or status == 408:
        raise EndpointTroubled(f"The token endpoint failed ({status}).")
    try:
        answer = msgspec.json.decode(body)
    except (ValueError, RecursionError):  # the latter for JSON that is nested too deep
        answer = None
    if not isinstance(answer, dict):
        raise EndpointMisplaced(f"What answers there is no token endpoint: it sent {status} and no JSON.")
    if status == 200:
        return answer
    code, words = _refusal(answer)
    said = f"{code}: {words}" if words else code
    if status == 401 or (status in (400, 403) and code in _TERMINAL):
        raise GrantRefused(f"The token endpoint refused ({status}, {said}).")
    raise EndpointMisplaced(f"The token endpoint does not take requests like ours ({status}, {said}).")


def _refusal(answer: dict[str, Any]) -> tuple[str, str]:
    """Code and words, of an error in OAuth's shape (RFC 6749 §5.2) or in the API's own."""
    error = answer.get("error")
    if isinstance(error, dict):
        code, words = error.get("type"), error.get("message")
    else:
        code, words = error, answer.get("error_description")
    return _quote(code) or "no code", _quote(words)


def _quote(value: object) -> str:
    """Words of the endpoint's; none that look like a token it repeats."""
    if not isinstance(value, str):
        return ""
    words = ("…" if word.startswith("sk-") or len(word) > 60 else word for word in value.split())
    return " ".join(words)[:_QUOTED]


def _token(answer: dict[str, Any], name: str) -> str | None:
    value = answer.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= 16_384 and value.isascii() and value.isprintable() and " " not in value:
        return value
    raise EndpointMisplaced("The token endpoint's answer holds what cannot be a token.")


def _lifetime(value: object) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return DEFAULT_LIFETIME
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
        return DEFAULT_LIFETIME
    return float(value)


def _seconds(value: str | None) -> float | None:
    # A date would have to be compared with a clock, and one of the two may be wrong: then our own pause is better.
    return min(float(value), LONGEST_RETRY_AFTER) if value is not None and value.strip().isdecimal() else None


def _text(value: object, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None
