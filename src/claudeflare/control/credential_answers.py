"""Answers a gateway that has no credential it can use: with a newer one, renewed if need be, or with the reason."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

from claudeflare.credentials.refresh import TokenRefresher
from claudeflare.credentials.refresh_decision import Wish
from claudeflare.errors import ClaudeflareError
from claudeflare.gateway.messages import CredentialAnswer, CredentialQuestion
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

AnswerCredential = Callable[[CredentialQuestion], Awaitable[CredentialAnswer]]


async def no_credential(question: CredentialQuestion) -> CredentialAnswer:
    """The answer where nothing is renewed."""
    return CredentialAnswer(question.number, question.account_id, None, "Tokens are not renewed here.")


class CredentialAnswers:
    """However many gateways ask about one token, at once or late, it is renewed once."""

    def __init__(self, refresher: TokenRefresher, threads: Executor) -> None:
        self._refresher = refresher
        self._threads = threads
        self._tasks = TaskKeeper()
        self._under_way: dict[tuple[str, int, bool], asyncio.Task[CredentialAnswer]] = {}

    async def answer(self, question: CredentialQuestion) -> CredentialAnswer:
        """The answer. A gateway that goes away meanwhile ends its wait only, not the renewal."""
        key = question.account_id, question.generation, question.refused
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = self._tasks.start(self._ask(question), "a token's renewal")
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        answer = await asyncio.shield(task)
        return CredentialAnswer(question.number, answer.account_id, answer.credential, answer.words)

    async def _ask(self, question: CredentialQuestion) -> CredentialAnswer:
        account_id = question.account_id
        wish = Wish.REFUSED if question.refused else Wish.EXPIRED
        loop = asyncio.get_running_loop()
        try:
            credential = await loop.run_in_executor(
                self._threads, self._refresher.credential, account_id, wish, question.generation
            )
        except ClaudeflareError as error:
            log.debug("there is no credential for account %s: %s", account_id, error)
            return CredentialAnswer(question.number, account_id, None, str(error))
        return CredentialAnswer(question.number, account_id, credential)

    async def close(self) -> None:
        """Answer nobody any more. Renewals go on in their threads."""
        await self._tasks.close()

    def __repr__(self) -> str:
        return f"<CredentialAnswers {len(self._under_way)} under way>"
