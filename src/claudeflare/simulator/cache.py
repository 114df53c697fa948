"""The prompt cache: prefixes kept per workspace and model for five minutes or an hour after their last use."""

from __future__ import annotations

import msgspec

from claudeflare.simulator.prompt import Prompt, PromptBlock, Ttl

TTL_SECONDS: dict[Ttl, float] = {"5m": 300.0, "1h": 3600.0}
LOOK_BACK_BLOCKS = 20
"""How far before a mark the API looks for a longer prefix it already has."""

Place = tuple[str, str, str]
"""Workspace, model and hash of the prefix."""


class CacheUse(msgspec.Struct, frozen=True):
    """What one request reads from the cache and writes to it, in tokens."""

    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    touched: tuple[tuple[Place, Ttl], ...] = ()

    @property
    def written(self) -> int:
        """cache_creation_input_tokens."""
        return self.write_5m + self.write_1h


class PromptCache:
    """All cached prefixes. `plan` looks, `commit` writes: a refused request leaves nothing behind."""

    def __init__(self) -> None:
        self._expiry: dict[Place, tuple[float, Ttl]] = {}

    def plan(self, place: tuple[str, str], prompt: Prompt, minimum: int, now: float) -> CacheUse:
        """What a request in this (workspace, model) would use; prefixes below `minimum` tokens are not cached."""
        blocks = prompt.blocks
        marks = [i for i, block in enumerate(blocks) if block.cached_for and block.tokens_to_here >= minimum]
        if not marks:
            return CacheUse()
        hit = self._longest_hit(place, blocks, marks, now)
        read = blocks[hit].tokens_to_here if hit is not None else 0
        touched: list[tuple[Place, Ttl]] = []
        if hit is not None:
            found = (*place, blocks[hit].prefix_hash)
            touched.append((found, self._expiry[found][1]))
        written: dict[Ttl, int] = {"5m": 0, "1h": 0}
        done = read
        for mark in marks:
            ttl = blocks[mark].cached_for
            if ttl is not None and blocks[mark].tokens_to_here > done:
                written[ttl] += blocks[mark].tokens_to_here - done
                done = blocks[mark].tokens_to_here
                touched.append(((*place, blocks[mark].prefix_hash), ttl))
        return CacheUse(read, written["5m"], written["1h"], tuple(touched))

    def _longest_hit(
        self, place: tuple[str, str], blocks: tuple[PromptBlock, ...], marks: list[int], now: float
    ) -> int | None:
        for mark in reversed(marks):
            for position in range(mark, max(mark - LOOK_BACK_BLOCKS, -1), -1):
                expiry, _ = self._expiry.get((*place, blocks[position].prefix_hash), (0.0, "5m"))
                if expiry > now:
                    return position
        return None

    def commit(self, use: CacheUse, now: float) -> None:
        """Keep what a request wrote, and renew what it read."""
        for place, ttl in use.touched:
            self._expiry[place] = (now + TTL_SECONDS[ttl], ttl)
        if len(self._expiry) > 10_000:
            self._expiry = {place: entry for place, entry in self._expiry.items() if entry[0] > now}

    def __repr__(self) -> str:
        return f"<PromptCache {len(self._expiry)} prefixes>"
