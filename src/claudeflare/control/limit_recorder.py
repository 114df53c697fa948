"""Keeps how far limits were used: looks at what gateways say of them, and writes it down once a minute."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from claudeflare.balancing.gauges import LimitGauge
from claudeflare.errors import StorageError
from claudeflare.storage.limit_history import STEP_SECONDS, LimitId, LimitStep
from claudeflare.tasks import TaskKeeper

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Between two looks: what an answer told is missed only where another told anew before the next."""
LOOKS_A_WRITE: Final = 30
MOST_PENDING: Final = 10_000
"""Steps kept while the database is away; of more, the oldest go."""

Key = tuple[str, LimitId, int]
"""Account id, limit, and when the step began."""


class StepStore(Protocol):
    """What this needs of the database; `storage.limit_history.LimitHistory` is the real one."""

    def add(self, steps: Sequence[LimitStep]) -> None:
        """Take over readings. Raises `StorageError`."""
        ...


class LimitRecorder:
    """Looks between `start` and `close`. Costs the same however many requests there are."""

    def __init__(self, gauges: Callable[[], Mapping[str, Sequence[LimitGauge]]], history: StepStore) -> None:
        """`gauges`: account id -> its limits, as gateways told of them last."""
        self._gauges = gauges
        self._history = history
        self._read_at: dict[tuple[str, LimitId], float] = {}
        """When each limit that is known now was read, as of the last look."""
        self._pending: dict[Key, LimitStep] = {}
        self._failed = False
        self._tasks = TaskKeeper()

    def start(self) -> None:
        """Record from now on."""
        self._tasks.start(self._run(), "recording limits")

    async def close(self) -> None:
        """Stop, and write what is left."""
        await self._tasks.close()
        self.look()
        await self.write()

    def look(self) -> None:
        """Take over what was read since the last look."""
        read_at: dict[tuple[str, LimitId], float] = {}
        for account_id, gauges in self._gauges().items():
            for gauge in gauges:
                limit = LimitId(gauge.kind, gauge.name, gauge.model_class)
                read_at[account_id, limit] = gauge.read_at
                if gauge.used is not None and self._read_at.get((account_id, limit)) != gauge.read_at:
                    self._note(account_id, limit, gauge.read_at, gauge.used)
        self._read_at = read_at

    async def write(self) -> None:
        """Write down what is new. What cannot be written now is tried again the next time."""
        steps, self._pending = list(self._pending.values()), {}
        if not steps:
            return
        try:
            await asyncio.to_thread(self._history.add, steps)
            self._failed = False
        except StorageError as error:
            if not self._failed:
                log.warning("how far limits are used cannot be recorded, trying again: %s", error)
            self._failed = True
            self._pending = {(each.account_id, each.limit, each.step): each for each in steps[-MOST_PENDING:]}

    def _note(self, account_id: str, limit: LimitId, read_at: float, used: float) -> None:
        step = int(read_at // STEP_SECONDS) * STEP_SECONDS
        key = (account_id, limit, step)
        before = self._pending.get(key)
        highest = used if before is None else max(used, before.highest)
        self._pending[key] = LimitStep(account_id, limit, step, used, highest)

    async def _run(self) -> None:
        while True:
            for _ in range(LOOKS_A_WRITE):
                await asyncio.sleep(LOOK_SECONDS)
                self.look()
            await self.write()

    def __repr__(self) -> str:
        return f"<LimitRecorder {len(self._pending)} steps to write>"
