"""What a request presents: a token in its Authorization field, or a session in the dashboard's cookie."""

from __future__ import annotations

COOKIE = "claudeflare-session"
"""The dashboard's. Not `__Host-`: browsers refuse that prefix without TLS, and the server is on loopback."""


def bearer_token(authorization: str | None) -> str | None:
    """The token in an Authorization field (RFC 6750 §2.1; the scheme's case does not matter)."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def session_cookie(cookie: str | None) -> str | None:
    """The session's secret in a Cookie field (RFC 6265 §4.2.1); the first of several."""
    for pair in (cookie or "").split(";"):
        name, separator, value = pair.strip().partition("=")
        if separator and name == COOKIE:
            return value.strip().strip('"') or None
    return None


def set_cookie(secret: str, seconds: float, *, secure: bool) -> str:
    """A Set-Cookie field that no script can read and no other site's page makes a browser send (RFC 6265bis).

    An empty `secret` takes it away. `secure`: the page came over TLS.
    """
    cookie = f"{COOKIE}={secret}; Path=/; Max-Age={max(0, int(seconds))}; HttpOnly; SameSite=Strict"
    return f"{cookie}; Secure" if secure else cookie
