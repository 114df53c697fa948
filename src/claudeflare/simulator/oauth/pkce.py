"""Proof Key for Code Exchange, the server's half (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def is_challenge(text: str) -> bool:
    """Whether this can be the S256 challenge of some verifier."""
    return _CHALLENGE.match(text) is not None


def verifies(verifier: str, challenge: str) -> bool:
    """Whether `challenge` was made from this verifier."""
    if _VERIFIER.match(verifier) is None:
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())
