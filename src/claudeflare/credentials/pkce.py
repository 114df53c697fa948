"""Proof Key for Code Exchange (RFC 7636): whoever exchanges a code shows that they asked for it."""

from __future__ import annotations

import base64
import hashlib
import secrets

_ENTROPY_BYTES = 32
"""RFC 7636 §4.1 recommends it; 43 characters come of it."""


def new_verifier() -> str:
    """A secret that stays here until the code is exchanged."""
    return secrets.token_urlsafe(_ENTROPY_BYTES)


def challenge_of(verifier: str) -> str:
    """What may be shown of it before (method S256, RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
