from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from claudeflare.control.credential_answers import CredentialAnswers, no_credential
from claudeflare.credentials.refresh import LoginNeeded
from claudeflare.credentials.refresh_decision import Wish
from claudeflare.gateway.messages import CredentialAnswer, CredentialQuestion
from claudeflare.providers.provider import Credential
from claudeflare.tasks import TaskKeeper

NEW = Credential("bearer", "new", 2)


class Refresher:
    """Gives `NEW` when it may, and counts."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Wish, int | None]] = []
        self.begun = threading.Event()
        self.may = threading.Event()

    def credential(self, account_id: str, wish: Wish, seen: int | None = None) -> Credential:
        self.calls.append((account_id, wish, seen))
        self.begun.set()
        assert self.may.wait(10)
        if account_id == "out":
            raise LoginNeeded("Sign in.")
        return NEW


async def test_however_many_ask_it_is_renewed_once_and_whoever_leaves_ends_nothing() -> None:
    refresher, tasks = Refresher(), TaskKeeper()
    with ThreadPoolExecutor(4) as threads:
        answers = CredentialAnswers(refresher, threads)  # type: ignore[arg-type]
        asked = [tasks.start(answers.answer(CredentialQuestion(n, "a", 1, True)), "asking") for n in range(10)]
        await asyncio.to_thread(refresher.begun.wait, 10)
        asked[0].cancel()
        refresher.may.set()
        assert [await one for one in asked[1:]] == [CredentialAnswer(n, "a", NEW) for n in range(1, 10)]
        assert refresher.calls == [("a", Wish.REFUSED, 1)]
        assert await answers.answer(CredentialQuestion(1, "out", 5, False)) == CredentialAnswer(
            1, "out", None, "Sign in."
        )
        assert refresher.calls[1:] == [("out", Wish.EXPIRED, 5)]
        assert repr(answers) == "<CredentialAnswers 0 under way>"
        await answers.close()
    await tasks.close()


@pytest.mark.parametrize("refused", [True, False])
async def test_where_nothing_is_renewed(refused: bool) -> None:
    answer = await no_credential(CredentialQuestion(3, "a", 1, refused))
    assert (answer.number, answer.credential) == (3, None)
    assert answer.words
