"""What a request presents: a token in its Authorization field, or a session in the dashboard's cookie."""

from __future__ import annotations

COOKIE = "claudeflare-session"
"""The dashboard's. Not `__Host-`: browsers refuse that prefix without TLS, and the server is on loopback."""
MOST_COOKIES = 8
"""Looked at of those with this name."""


def bearer_token(authorization: str | None) -> str | None:
    """The token in an Authorization field (RFC 6750 §2.1; the scheme's case does not matter)."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def session_cookies(cookie: str | None) -> list[str]:
    """Every secret of a session in a Cookie field (RFC 6265 §4.2.1), the first few of very many.

    Servers under the same host name can set cookies of this name for paths of ours; browsers send theirs first.
    """
    pairs = (pair.strip().partition("=") for pair in (cookie or "").split(";"))
    secrets = [value.strip().strip('"') for name, separator, value in pairs if separator and name == COOKIE]
    return [secret for secret in secrets if secret][:MOST_COOKIES]


def set_cookie(secret: str, seconds: float, *, secure: bool) -> str:
    """A Set-Cookie field that no script can read and no other site's page makes a browser send (RFC 6265bis).

    An empty `secret` takes it away. `secure`: the page came over TLS.
    """
    cookie = f"{COOKIE}={secret}; Path=/; Max-Age={max(0, int(seconds))}; HttpOnly; SameSite=Strict"
    return f"{cookie}; Secure" if secure else cookie
