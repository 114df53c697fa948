"""Which callers' own credentials are limited now: known by digest alone, bounded, and gone with the process."""

from __future__ import annotations

from typing import Final

from claudeflare.balancing.outcome import (
    AccountRefused,
    CredentialRefused,
    LimitKind,
    Outcome,
    PolicyRefused,
    RateLimited,
    SpendLimited,
)

REMEMBERED: Final = 4096
"""Credentials and model classes; beyond them, the one that was limited first is forgotten and simply tried again."""
REFUSED_SECONDS: Final = 300.0
"""How long a credential that was refused is not tried: many clients send any text where they need no key."""
UNSTATED_SECONDS: Final = 30.0
"""The same for a limit that names no time."""
LONGEST_SECONDS: Final = 8 * 86_400.0
"""A weekly window and a day: no limit lasts longer, whatever an answer says."""


class CallerBenches:
    """Until when each is left alone. Times are UTC epoch seconds."""

    def __init__(self) -> None:
        self._until: dict[tuple[bytes, str], float] = {}

    def is_free(self, digest: bytes, model_class: str, now: float) -> bool:
        """Whether the credential may be tried for this class of models."""
        scopes = ("", model_class) if model_class else ("",)
        return all(self._until.get((digest, scope), 0.0) <= now for scope in scopes)

    def settle(self, digest: bytes, outcome: Outcome, now: float) -> None:
        """Take note of how an attempt with the credential ended."""
        match outcome:
            case RateLimited(kind=kind, until=until, retry_after=after, model_class=model_class):
                stated = until if until is not None else None if after is None else now + after
                if stated is None or kind is LimitKind.WINDOWLESS:
                    stated = now + UNSTATED_SECONDS
                self._bench(digest, model_class, stated, now)
            case SpendLimited(until=until):
                self._bench(digest, "", now + REFUSED_SECONDS if until is None else until, now)
            case CredentialRefused() | AccountRefused() | PolicyRefused(on_hold=True):
                self._bench(digest, "", now + REFUSED_SECONDS, now)
            case _:
                pass  # the provider's trouble or the request's own: it says nothing about the credential

    def _bench(self, digest: bytes, model_class: str, until: float, now: float) -> None:
        key = (digest, model_class)
        if key not in self._until and len(self._until) >= REMEMBERED:
            del self._until[next(iter(self._until))]
        self._until[key] = min(until, now + LONGEST_SECONDS)

    def __len__(self) -> int:
        return len(self._until)

    def __repr__(self) -> str:
        return f"<CallerBenches {len(self._until)}>"
