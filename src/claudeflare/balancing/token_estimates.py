"""How many tokens a request will count against its limits, learned from what such requests have counted."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec

SESSION_LIMIT: Final = 10_000
"""Sessions remembered; beyond it the one unused longest is forgotten."""
WEIGHT: Final = 0.5
"""Of the newest request in a session's averages: the second turn of a conversation already reads most of it from the
cache, and what is read from there does not count."""
OVERALL_WEIGHT: Final = 0.05
"""Of the newest request in the averages for sessions that are not known yet."""

MOST_INPUT: Final = 200_000
"""Input tokens expected of one request at most: bodies much larger are images and documents, which count far less."""


class Averages(msgspec.Struct):
    """Exponentially weighted moving averages."""

    ratio: float = 1.0
    """Input tokens counted for each one estimated."""
    output: float = 0.0

    def take(self, ratio: float, output: int, weight: float) -> None:
        """Add what one request has counted."""
        self.ratio += weight * (ratio - self.ratio)
        self.output += weight * (output - self.output)


class TokenEstimates:
    """The averages of each session, and of all. Holds for one process."""

    def __init__(self, limit: int = SESSION_LIMIT) -> None:
        self._limit = limit
        self._sessions: OrderedDict[str, Averages] = OrderedDict()
        """Least recently counted first."""
        self._overall: Averages | None = None

    def expected(self, session: str, estimate: int, output_limit: int) -> tuple[int, int]:
        """Input and output tokens to expect. `estimate` goes by the body's size; `output_limit` 0: not known."""
        averages = self._sessions.get(session) or self._overall
        if averages is None:
            return min(estimate, MOST_INPUT), 0
        output = int(averages.output)
        return min(int(estimate * averages.ratio), MOST_INPUT), min(output, output_limit) if output_limit else output

    def learn(self, session: str, estimate: int, input_tokens: int, output_tokens: int) -> None:
        """What a request has counted: input without what was read from the cache."""
        if estimate <= 0:
            return
        ratio = input_tokens / estimate
        averages = self._sessions.get(session)
        if averages is None:
            averages = self._sessions[session] = Averages(ratio, output_tokens)
            if len(self._sessions) > self._limit:
                self._sessions.popitem(last=False)
        else:
            averages.take(ratio, output_tokens, WEIGHT)
            self._sessions.move_to_end(session)
        if self._overall is None:
            self._overall = Averages(ratio, output_tokens)
        else:
            self._overall.take(ratio, output_tokens, OVERALL_WEIGHT)

    def __len__(self) -> int:
        return len(self._sessions)

    def __repr__(self) -> str:
        return f"<TokenEstimates of {len(self._sessions)} sessions, overall {self._overall}>"
