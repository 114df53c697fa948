"""When a token that expires is to be renewed. Pure; all by our own clock."""

from __future__ import annotations

from typing import Final

ADVISORY_SECONDS: Final = 120.0
"""So long before its end a token is renewed in advance; should that fail, it is used on."""
MANDATORY_SECONDS: Final = 30.0
"""From so long before its end on, no request is sent with it before a renewal has been tried."""


def renew_from(expires_at: float, lifetime: float) -> float:
    """The moment from which the token is renewed in advance. `lifetime`: seconds it had when it came, 0: not known."""
    # Of a short-lived token the first half is left alone, or it would be renewed without end.
    return expires_at - (min(ADVISORY_SECONDS, lifetime / 2) if lifetime else ADVISORY_SECONDS)


def usable_until(expires_at: float, lifetime: float) -> float:
    """The moment from which it is not to be sent before a renewal has been tried."""
    return expires_at - (min(MANDATORY_SECONDS, lifetime / 8) if lifetime else MANDATORY_SECONDS)
