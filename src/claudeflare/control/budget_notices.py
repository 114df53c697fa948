"""Tells when a client key's budget is nearly used up, and when it is: looks at what is on record twice a minute."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Final, Protocol

from claudeflare.errors import StorageError
from claudeflare.quotas.client_key import Budget, ClientKey, Period
from claudeflare.quotas.periods import bounds
from claudeflare.storage.happenings import BUDGET, BUDGET_NEAR, Happening
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0
NEAR: Final = 0.8
"""Share of a budget from which it is nearly used up."""

Subject = tuple[str, Period, float]
"""A key's id, the budget, and when its period began."""


class SpendOnRecord(Protocol):
    """What is known of spending; `storage.client_key_spend.ClientKeySpend`."""

    def total(self, name: str, since: float) -> float:
        """USD of the key's requests that began since then. Raises `StorageError`."""
        ...


class BudgetNotices:
    """Tells each once in a period. What was so when it first looked has been told before."""

    def __init__(
        self,
        spend: SpendOnRecord,
        keys: Callable[[], Collection[ClientKey]],
        tell: Callable[[Happening], None],
        clock: Callable[[], float],
    ) -> None:
        """`keys` reads those that hold; `tell` puts something on the timeline. Both may raise `StorageError`."""
        self._spend = spend
        self._keys = keys
        self._tell = tell
        self._clock = clock
        self._kinds: dict[Subject, str | None] | None = None
        """How each budget stood at the last look; None: there was none."""
        self._tasks = TaskKeeper()

    def start(self) -> None:
        """Look from now on."""
        self._tasks.start(self._run(), "watching budgets")

    async def close(self) -> None:
        """Stop."""
        await self._tasks.close()

    def look(self) -> None:
        """Tell what is new. Reads the database; raises `StorageError`."""
        now, before = self._clock(), self._kinds
        found: dict[Subject, str | None] = {}
        for key in self._keys():
            for budget in key.budgets:
                start, end = bounds(budget.period, key.zone, now)
                subject = (key.id, budget.period, start)
                found[subject] = kind = _kind(self._spend.total(key.name, start), budget.usd)
                if before is not None and kind is not None and _is_news(kind, before.get(subject)):
                    self._tell(_happening(kind, key, budget, at=now, until=end))
        self._kinds = found

    async def _run(self) -> None:
        failed = False
        while True:
            try:
                await asyncio.to_thread(self.look)
                failed = False
            except StorageError as error:
                if not failed:
                    log.warning("it cannot be seen how budgets stand, trying again: %s", error)
                failed = True
            await asyncio.sleep(LOOK_SECONDS)

    def __repr__(self) -> str:
        return f"<BudgetNotices of {len(self._kinds or {})} budgets>"


def _kind(spent: float, usd: float) -> str | None:
    if spent >= usd:
        return BUDGET
    return BUDGET_NEAR if spent >= NEAR * usd else None


def _is_news(kind: str, before: str | None) -> bool:
    """A budget that was raised is told of again when it is nearly used up; one used up is no more nearly so."""
    return kind != before and before != BUDGET


def _happening(kind: str, key: ClientKey, budget: Budget, *, at: float, until: float) -> Happening:
    reason = f"{budget.usd:g} USD a {budget.period}"
    if kind == BUDGET and key.shadow:
        reason += ", which refuses nothing while its limits are in shadow"
    return Happening(at=at, kind=kind, client_key=key.name, reason=reason, until=until)
