"""How many tokens a request will count against its limits, learned from what the conversation's last one counted.

What is read from a prompt cache does not count. A conversation's next request repeats its last one and adds to it, so
where the last one is still cached only what was added counts; elsewhere, or later, all of it does.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

CONVERSATION_LIMIT: Final = 10_000
"""Conversations remembered; beyond it the one unused longest is forgotten."""
CACHE_SECONDS: Final = 300.0
"""How long a prompt stays cached after its last use, if the client does not ask for more (API docs, prompt caching)."""
WEIGHT: Final = 0.5
"""Of the newest request in a conversation's averages."""
OVERALL_WEIGHT: Final = 0.05
"""Of the newest request in the averages for conversations that are not known yet."""
MOST_INPUT: Final = 200_000
"""Input tokens expected of one request at most: bodies much larger are images and documents, which count far less."""


class Expected:
    """What a request is expected to count."""

    __slots__ = ("cold", "holder", "output", "warm")

    def __init__(self, cold: int, warm: int, output: int, holder: object = None) -> None:
        self.cold = cold
        """Input tokens where nothing of it is cached."""
        self.warm = warm
        """Input tokens where the conversation's last request was served."""
        self.output = output
        self.holder = holder
        """The limits of the organization that served it, if that is not too long ago; None: it is cold everywhere."""

    def input(self, limits: object) -> int:
        """Input tokens where these are the organization's limits."""
        return self.warm if limits is self.holder else self.cold


class Conversation:
    """Its last request, and averages."""

    __slots__ = ("at", "estimate", "found", "holder", "output")

    def __init__(self, estimate: int, holder: object, at: float, found: float, output: float) -> None:
        self.estimate = estimate
        self.holder = holder
        self.at = at
        """UTC epoch seconds at which it was sent."""
        self.found = found
        """Share of the request before that was found in the cache again."""
        self.output = output


class TokenEstimates:
    """The conversations, and averages over all. Holds for one process."""

    def __init__(self, limit: int = CONVERSATION_LIMIT) -> None:
        self._limit = limit
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()
        """Least recently counted first."""
        self._ratio = 1.0
        """Input tokens for each one estimated, where nothing is cached."""
        self._found = 0.0
        self._output = 0.0
        self._counted = 0

    def expected(self, conversation: str, estimate: int, output_limit: int, now: float) -> Expected:
        """What to expect. `estimate` goes by the body's size; `output_limit` 0: not known."""
        cold = min(int(estimate * self._ratio), MOST_INPUT)
        last = self._conversations.get(conversation)
        output = int(self._output if last is None else last.output)
        if output_limit and output > output_limit:
            output = output_limit
        if last is None or now - last.at > CACHE_SECONDS:
            return Expected(cold, cold, output)
        found = min(last.estimate, estimate) * last.found
        return Expected(cold, min(int((estimate - found) * self._ratio), MOST_INPUT), output, last.holder)

    def learn(
        self, conversation: str, estimate: int, counted: tuple[int, int], holder: object, at: float
    ) -> None:  # fmt: skip
        """What a request sent at `at` has counted: input without what was read from the cache, and output."""
        if estimate <= 0:
            return
        input_tokens, output = counted
        last = self._conversations.get(conversation)
        first = self._counted == 0
        self._counted += 1
        self._output += (1.0 if first else OVERALL_WEIGHT) * (output - self._output)
        if last is None or last.holder is not holder or at - last.at > CACHE_SECONDS:
            self._ratio += (1.0 if first else OVERALL_WEIGHT) * (input_tokens / estimate - self._ratio)
            found = self._found if last is None else last.found
        else:
            repeated = min(last.estimate, estimate)
            share = (estimate - input_tokens / self._ratio) / repeated if repeated and self._ratio else 0.0
            share = min(1.0, max(0.0, share))
            self._found += OVERALL_WEIGHT * (share - self._found)
            found = last.found + WEIGHT * (share - last.found)
        if last is None:
            self._conversations[conversation] = Conversation(estimate, holder, at, found, output)
            if len(self._conversations) > self._limit:
                self._conversations.popitem(last=False)
            return
        self._conversations.move_to_end(conversation)
        last.output += WEIGHT * (output - last.output)
        last.found, last.estimate, last.holder, last.at = found, estimate, holder, at

    def __len__(self) -> int:
        return len(self._conversations)

    def __repr__(self) -> str:
        return (
            f"<TokenEstimates of {len(self)} conversations: {self._ratio:.2f} a token, {self._found:.0%} found again>"
        )
