"""One request as a client without Claudeflare sends it: to one account, once."""

from __future__ import annotations

from claudeflare.balancing.outcome import Outcome
from claudeflare.replay.clock import Clock
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.tally import Tally
from claudeflare.replay.upstream import AnswerStart, Upstream, Used


class DirectCall:
    """What the API says is what the client gets."""

    def __init__(self, upstream: Upstream, clock: Clock, tally: Tally) -> None:
        self._upstream = upstream
        self._clock = clock
        self._tally = tally

    def send(self, account_id: str, request: ReplayedRequest) -> None:
        """Now."""
        self._upstream.send(account_id, request, _Answer(self._clock, self._tally, request))


class _Answer:
    def __init__(self, clock: Clock, tally: Tally, request: ReplayedRequest) -> None:
        self._clock = clock
        self._tally = tally
        self._request = request

    def answer_begins(self, answer: AnswerStart) -> None:
        """Nothing is learned from it."""

    def answer_ends(self, used: Used) -> None:
        """See `upstream.Listener`."""
        self._tally.ended(self._request, waited=0.0, accounts_tried=1)

    def refused(self, answer: AnswerStart, outcome: Outcome) -> None:
        """See `upstream.Listener`."""
        self._tally.limited(self._request, self._clock.now, 1)
