"""How much of its prompt a request finds in the cache of an organization."""

from __future__ import annotations

from claudeflare.replay.request import ReplayedRequest

Place = tuple[str, str, str]
"""Organization, model, conversation."""


class PromptCaches:
    """For each organization, model and conversation the longest prefix it has seen, until it expires.

    One prefix for each conversation: prompts only grow. What conversations have in common (a client's tools and system
    prompt) is not shared here, so caches are a little better in reality.
    """

    def __init__(self) -> None:
        self._kept: dict[Place, tuple[int, float]] = {}

    def read(self, organization: str, request: ReplayedRequest, now: float) -> int:
        """Tokens it reads instead of writing them."""
        tokens, expires = self._kept.get((organization, request.model, request.conversation), (0, 0.0))
        return min(tokens, request.prefix) if expires > now else 0

    def keep(self, organization: str, request: ReplayedRequest, now: float) -> None:
        """Its answer has begun: from now on the whole prefix can be read."""
        if request.prefix:
            place = (organization, request.model, request.conversation)
            tokens, expires = self._kept.get(place, (0, 0.0))
            longest = max(tokens, request.prefix) if expires > now else request.prefix
            self._kept[place] = (longest, now + request.cache_seconds)

    def __repr__(self) -> str:
        return f"<PromptCaches with {len(self._kept)} prefixes>"
