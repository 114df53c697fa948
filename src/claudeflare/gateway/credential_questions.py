"""Questions to control for a newer credential: one for all requests that need the same, each answered or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from claudeflare.gateway.messages import CredentialAnswer, CredentialQuestion
from claudeflare.providers.provider import Credential

WAIT_SECONDS: Final = 10.0
"""Token endpoints answer within a second or two; after this a request is better served by another account."""

CONTROL_IS_SILENT: Final = "the control process, which renews tokens, does not answer"

Told = Callable[[Credential | None, str], None]
"""Takes the credential to use, or None and why there is none."""


class Asked:
    """One request's part in a question."""

    __slots__ = ("told",)

    def __init__(self, told: Told) -> None:
        self.told: Told | None = told
        """None once it does not want the answer any more."""


class CredentialQuestions:
    """Those that are open, by account, generation, and whether the API has refused it."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._send: Callable[[CredentialQuestion], None] | None = None
        self._open: dict[tuple[str, int, bool], tuple[int, list[Asked], asyncio.TimerHandle]] = {}
        self._number = 0

    def connected(self, send: Callable[[CredentialQuestion], None]) -> None:
        """Control is there: questions go through `send`."""
        self._send = send

    def lost(self) -> None:
        """Control is gone, and will not answer what is open."""
        self._send = None
        for about in list(self._open):
            self._close(about, None, CONTROL_IS_SILENT)

    def ask(self, account_id: str, generation: int, *, refused: bool, told: Told) -> Asked | None:
        """Ask; `told` is called once, maybe before this returns. What to forget the question by."""
        if self._send is None:
            told(None, CONTROL_IS_SILENT)
            return None
        asked, about = Asked(told), (account_id, generation, refused)
        question = self._open.get(about)
        if question is not None:
            question[1].append(asked)
            return asked
        self._number = number = self._number + 1
        loop = asyncio.get_running_loop()
        give_up = loop.call_later(self._wait_seconds, self._close, about, None, CONTROL_IS_SILENT)
        self._open[about] = number, [asked], give_up
        self._send(CredentialQuestion(number, account_id, generation, refused))
        return asked

    def forget(self, asked: Asked) -> None:
        """One request does not want the answer any more. Whoever else has asked still gets it."""
        asked.told = None

    def answered(self, answer: CredentialAnswer) -> None:
        """Control says."""
        for about, (number, _, _) in self._open.items():
            if number == answer.number:
                self._close(about, answer.credential, answer.words)
                return

    def _close(self, about: tuple[str, int, bool], credential: Credential | None, words: str) -> None:
        question = self._open.pop(about, None)
        if question is not None:
            question[2].cancel()
            for asked in question[1]:
                if asked.told is not None:
                    asked.told(credential, words)

    def __repr__(self) -> str:
        return f"<CredentialQuestions {len(self._open)} open>"
