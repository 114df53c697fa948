"""Which token a request presents: in its Authorization field, or in the dashboard's cookie."""

from __future__ import annotations

COOKIE = "claudeflare-token"
"""The dashboard's. Not `__Host-`: browsers refuse that prefix without TLS, and the server is on loopback."""


def bearer_token(authorization: str | None) -> str | None:
    """The token in an Authorization field (RFC 6750 §2.1; the scheme's case does not matter)."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def cookie_token(cookie: str | None) -> str | None:
    """The token in a Cookie field (RFC 6265 §4.2.1); the first of several."""
    for pair in (cookie or "").split(";"):
        name, separator, value = pair.strip().partition("=")
        if separator and name == COOKIE:
            return value.strip().strip('"') or None
    return None
