"""How the OAuth side behaves: lifetimes, rotation, what happens to a spent token."""

from __future__ import annotations

import msgspec

from claudeflare.errors import InvalidInput


class OAuthOptions(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Part of a scenario. Defaults are as observed of the real API."""

    access_token_seconds: float = 28_800.0
    """Lifetime of access tokens, in simulated seconds."""
    assertion_token_seconds: float = 3600.0
    """Lifetime of those that workload identity federation gives."""
    code_seconds: float = 600.0
    """How long an authorization code can be exchanged (RFC 6749 recommends ten minutes at most)."""
    rotates: bool = True
    """Whether a refresh replaces the refresh token, and the old one is spent."""
    gives_refresh_tokens: bool = True
    """Whether a sign-in brings one at all."""
    reuse_revokes: bool = False
    """Whether a spent token that comes again ends all tokens of its sign-in (RFC 9700, 4.14.2)."""
    client_id: str = ""
    """The one client that may sign people in; empty: any."""


def check_oauth(options: OAuthOptions) -> OAuthOptions:
    """The same, if its numbers can be meant. Raises InvalidInput."""
    lifetimes = (options.access_token_seconds, options.assertion_token_seconds, options.code_seconds)
    if not all(0 < seconds < float("inf") for seconds in lifetimes):
        raise InvalidInput("Lifetimes of codes and tokens must be above 0 seconds.")
    return options
