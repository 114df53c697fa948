"""What the provider's published terms say about using a subscription this way, and whether the owner has accepted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from claudeflare.errors import TermsNotAccepted
from claudeflare.storage.metadata import MetadataStore

TERMS_ACCEPTED: Final = "terms_accepted"
"""Key of the latest acceptance, as JSON."""
SUBSCRIPTION_TOKEN: Final = "sk-ant-oat"  # noqa: S105 how they begin
"""Tokens of subscriptions begin so; some of Console organizations do as well, and nothing tells them apart."""


class Terms(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A summary in our own words; what counts is the provider's text."""

    title: str
    as_of: str
    """The day the provider's text was read."""
    points: tuple[str, ...]
    read_more: tuple[str, ...]


SUBSCRIPTIONS: Final = Terms(
    title="What Anthropic's published terms say about subscriptions",
    as_of="2026-08-22",
    points=(
        "Signing in with a Free, Pro, Max, Team or Enterprise plan is meant for ordinary use of Claude Code and of "
        "Anthropic's own apps.",
        "Programs of others may not offer claude.ai sign-in, send their users' requests through the credentials of "
        "plans, or collect, store or pass on such credentials. Keeping one here, or several, is contrary to that text.",
        "Nobody may share an account's credentials. The limits of a plan assume ordinary use by one person.",
        "Anthropic may act on this without notice: an account can be blocked or closed.",
        "Not restricted: your own API keys, profiles of `ant auth login`, workload identity, and Claude Code signed in "
        "by itself whose requests pass through here.",
    ),
    read_more=(
        "https://code.claude.com/docs/en/legal-and-compliance",
        "https://www.anthropic.com/legal/consumer-terms",
    ),
)


class Acceptance(msgspec.Struct, frozen=True):
    """Which text was accepted, and when."""

    as_of: str
    at: float
    """UTC epoch seconds."""


class TermsRecord:
    """Whoever adds a subscription has to accept; that it was done is remembered, so that people are asked once."""

    def __init__(self, metadata: MetadataStore) -> None:
        self._metadata = metadata

    def accepted_at(self) -> float | None:
        """When the owner accepted the text as it is now; None: not yet."""
        value = self._metadata.get(TERMS_ACCEPTED)
        acceptance = None if value is None else msgspec.json.decode(value, type=Acceptance)
        return acceptance.at if acceptance is not None and acceptance.as_of == SUBSCRIPTIONS.as_of else None

    def shown(self) -> dict[str, Any]:
        """The text, and when it was accepted (ISO 8601), as the API shows both."""
        at = self.accepted_at()
        moment = None if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return {**msgspec.to_builtins(SUBSCRIPTIONS), "acceptedAt": moment}

    def require(self, accepted: bool, now: float) -> None:
        """Remember a yes. Raises `TermsNotAccepted` with the text otherwise."""
        if not accepted:
            raise TermsNotAccepted(
                "The account is a subscription: read what the provider's terms say about that, and accept "
                "(`acceptTerms`, on the command line --accept-terms).",
                self.shown(),
            )
        if self.accepted_at() is None:
            self._metadata.set(TERMS_ACCEPTED, msgspec.json.encode(Acceptance(SUBSCRIPTIONS.as_of, now)).decode())
