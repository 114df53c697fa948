"""Keeps the tokens of all accounts fresh, paused and limited ones too: looks again and again what is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Final

from claudeflare.control.credential_answers import CredentialAnswers
from claudeflare.credentials.accounts import CredentialService
from claudeflare.credentials.kinds import Profile
from claudeflare.credentials.refresh import LoginNeeded, TokenRefresher
from claudeflare.credentials.refresh_decision import Wish, is_due, seconds_until_due
from claudeflare.errors import ClaudeflareError, SecretError
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""Longest time between two looks: other programs write profiles, other machines add accounts."""
LEAST_SECONDS: Final = 0.5
THREADS: Final = 6
"""Token endpoints that do not answer hold one each, half a minute at most. With PostgreSQL each also takes two of the
database's connections, and others need some."""


class RefreshRunner:
    """Looks between `start` and `close`."""

    def __init__(
        self,
        refresher: TokenRefresher,
        credentials: CredentialService,
        clock: Callable[[], float],
        files_changed: Callable[[], None],
    ) -> None:
        """`files_changed` is called, in any thread, when credentials that lie in files of their own are others."""
        self._refresher = refresher
        self._credentials = credentials
        self._clock = clock
        self._files_changed = files_changed
        self._files: dict[str, int | None] = {}
        """Account id -> version of what its files held at the last look; None: they cannot be used."""
        self._threads = ThreadPoolExecutor(THREADS, "tokens")
        self.answers = CredentialAnswers(refresher, self._threads)
        self._tasks = TaskKeeper()
        self._under_way: set[str] = set()

    def start(self) -> None:
        """Renew what is due from now on."""
        self._tasks.start(self._run(), "keeping tokens fresh")

    async def close(self) -> None:
        """Begin nothing more, and wait for what has begun: a token that is being exchanged must not be lost."""
        await self._tasks.close()
        await self.answers.close()
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def _run(self) -> None:
        while True:
            pause = await self._look()
            await asyncio.sleep(min(LOOK_SECONDS, max(LEAST_SECONDS, pause)))

    async def _look(self) -> float:
        """Start what is due. In how many seconds the next one is."""
        loop = asyncio.get_running_loop()
        try:
            due, pause = await loop.run_in_executor(self._threads, self._due)
        except ClaudeflareError as error:
            log.error("it cannot be seen which tokens are due: %s", error)
            return inf
        for account_id in due:
            if account_id not in self._under_way:
                self._under_way.add(account_id)
                self._tasks.start(self._renew(account_id), "a token's renewal")
        return pause

    def _due(self) -> tuple[list[str], float]:
        now, due, pause = self._clock(), [], inf
        files: dict[str, int | None] = {}
        for account_id, opened in self._credentials.all_opened().items():
            try:
                state = opened.state()
            except SecretError as error:
                log.debug("account %s: %s", account_id, error)  # the gateways' snapshots say so louder
                files[account_id] = None
                continue
            if isinstance(opened.secret, Profile):
                files[account_id] = state.credential.generation
                if opened.flagged and not state.refused:
                    self._refresher.mended(account_id)
            trouble = self._refresher.trouble(account_id, state)
            if is_due(state, trouble, now):
                due.append(account_id)
            else:
                pause = min(pause, seconds_until_due(state, trouble, now))
        if files != self._files:
            # Another program has written them: gateways have what was there before.
            self._files = files
            self._files_changed()
        return due, pause

    async def _renew(self, account_id: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            # `LoginNeeded` and troubles have been logged and told where they were met.
            with contextlib.suppress(LoginNeeded, ClaudeflareError):
                await loop.run_in_executor(self._threads, self._refresher.credential, account_id, Wish.DUE)
        finally:
            self._under_way.discard(account_id)

    def __repr__(self) -> str:
        return f"<RefreshRunner {len(self._under_way)} under way>"
