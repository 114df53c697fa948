"""Questions to control: which account holds a thing that this gateway does not know? Each is answered or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from claudeflare.balancing.change import Pinned
from claudeflare.gateway.messages import PinAnswer, PinQuestion

WAIT_SECONDS: Final = 1.0
"""Control answers within a few hundredths of a second. Longer than this the request is better tried again."""

Told = Callable[[Sequence[Pinned] | None], None]
"""Takes the pins there are, or None when nobody could say."""


class PinQuestions:
    """Those that are open. Without control every question is given up at once."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._ask: Callable[[PinQuestion], None] | None = None
        self._open: dict[int, tuple[Told, asyncio.TimerHandle]] = {}
        self._number = 0

    def connected(self, ask: Callable[[PinQuestion], None]) -> None:
        """Control is there: questions go through `ask`."""
        self._ask = ask

    def lost(self) -> None:
        """Control is gone, and will not answer what is open."""
        self._ask = None
        for number in list(self._open):
            self._close(number, None)

    def ask(self, ids: Sequence[str], told: Told) -> int | None:
        """Ask; `told` is called once, maybe before this returns. The number to forget the question by."""
        if self._ask is None:
            told(None)
            return None
        self._number = number = self._number + 1
        give_up = asyncio.get_running_loop().call_later(self._wait_seconds, self._close, number, None)
        self._open[number] = told, give_up
        self._ask(PinQuestion(number, list(ids)))
        return number

    def forget(self, number: int) -> None:
        """Nobody wants the answer any more."""
        if (question := self._open.pop(number, None)) is not None:
            question[1].cancel()

    def answered(self, answer: PinAnswer) -> None:
        """Control says."""
        self._close(answer.number, None if answer.failed else answer.pins)

    def _close(self, number: int, pins: Sequence[Pinned] | None) -> None:
        question = self._open.pop(number, None)
        if question is not None:
            told, give_up = question
            give_up.cancel()
            told(pins)

    def __repr__(self) -> str:
        return f"<PinQuestions {len(self._open)} open>"
