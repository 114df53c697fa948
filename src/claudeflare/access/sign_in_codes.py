"""One-time codes that sign a browser in: made for whoever has the control token, good for a minute and once.

In memory only: after a restart of control one is simply made anew.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from typing import Final

CODE_SECONDS: Final = 60.0
MOST: Final = 32
"""Codes that wait to be used; a further one takes the place of the oldest."""


class SignInCodes:
    """Safe to use from any thread. Keeps digests: looking one up tells nothing by the time it takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expiry: dict[bytes, float] = {}

    def issue(self, now: float) -> tuple[str, float]:
        """A new code and when it runs out."""
        code = secrets.token_urlsafe(32)
        expires_at = now + CODE_SECONDS
        with self._lock:
            while len(self._expiry) >= MOST:
                del self._expiry[next(iter(self._expiry))]
            self._expiry[_digest(code)] = expires_at
        return code, expires_at

    def redeem(self, code: str, now: float) -> bool:
        """Whether this is a code that still holds; it does not any more."""
        with self._lock:
            expires_at = self._expiry.pop(_digest(code), None)
        return expires_at is not None and now < expires_at

    def clear(self) -> None:
        """Let none of them hold."""
        with self._lock:
            self._expiry.clear()

    def __repr__(self) -> str:
        return f"<SignInCodes {len(self._expiry)} waiting>"


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="surrogatepass")).digest()
