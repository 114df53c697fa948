"""How fast answers are generated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.seeding import randomness


class Pacing(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Times in simulated seconds. Given alone, no pauses at all: what most tests want."""

    ttft: float = 0.0
    """Time to first token."""
    tokens_per_second: float = math.inf
    jitter: float = 0.0
    """Share by which every pause is longer or shorter, from 0 to 1."""
    batch: float = 0.0
    """From the creation of a message batch to its end."""

    def seconds(self, tokens: int) -> float:
        """How long generating takes after the first token."""
        return tokens / self.tokens_per_second

    def pauses(self, tokens: Sequence[int], *seed: object) -> Iterator[float]:
        """The pause before each part of an answer, by the tokens in it; the first is the time to first token."""
        generator = randomness("pace", *seed)
        for number, count in enumerate(tokens):
            plain = self.ttft if number == 0 else self.seconds(count)
            yield plain * (1 + self.jitter * generator.uniform(-1, 1)) if self.jitter else plain


INSTANT = Pacing()


def check_pacing(pacing: Pacing) -> Pacing:
    """The same, if it can be meant. Raises InvalidInput."""
    if not (pacing.tokens_per_second > 0 and pacing.ttft >= 0 and 0 <= pacing.jitter <= 1 and pacing.batch >= 0):
        raise InvalidInput(
            "Tokens per second must be above 0, the time to first token at least 0, a batch too, and jitter between "
            "0 and 1."
        )
    return pacing
