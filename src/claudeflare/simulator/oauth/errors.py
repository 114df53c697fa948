"""Errors of the token endpoint, in the shape of RFC 6749, section 5.2."""

from __future__ import annotations

import msgspec

from claudeflare.simulator.errors import ApiError


class OAuthError(ApiError):
    """A grant or a request that is refused."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(status, description)
        self.code = code

    def body(self, request_id: str) -> bytes:
        """Code and description; no type and no request id, unlike the API's."""
        return msgspec.json.encode({"error": self.code, "error_description": self.message})


def invalid_grant(description: str) -> OAuthError:
    """400 for a code or token that opens nothing."""
    return OAuthError("invalid_grant", description)


def invalid_request(description: str) -> OAuthError:
    """400 for a request that lacks something or is malformed."""
    return OAuthError("invalid_request", description)
