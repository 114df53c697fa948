"""Answers gateways that claim money for a client key: from what is on record, and what other gateways hold."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol

from claudeflare.errors import ClaudeflareError
from claudeflare.gateway.messages import BudgetClaim, BudgetGrant
from claudeflare.ingest.model_prices import model_price
from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.price_list import ModelPrice
from claudeflare.quotas.client_key import Budget, ClientKey, Period
from claudeflare.quotas.grants import Grants
from claudeflare.quotas.purse import BudgetLease

log = logging.getLogger(__name__)

LEASE_SECONDS: Final = 30.0
"""How long a gateway may spend what it was granted while it cannot ask."""

Subject = tuple[str, Period, float]
"""A key's name, the budget, and the start of its period."""


class SpendOnRecord(Protocol):
    """What is known of spending; `storage.client_key_spend.ClientKeySpend`."""

    def by_boot(self, name: str, since: float) -> Mapping[str, float]:
        """USD by the run of a gateway. Raises `StorageError`."""
        ...


class BudgetDesk:
    """Every lease there is. Called by many threads, one at a time; `note` comes before `answer` of the same claim."""

    def __init__(
        self, spend: SpendOnRecord, keys: Callable[[], Collection[ClientKey]], workers: int, clock: Callable[[], float]
    ) -> None:
        """`keys` reads those that hold; `workers` gateways share a budget."""
        self._spend = spend
        self._keys = keys
        self._workers = workers
        self._clock = clock
        self._prices = PriceTable()
        self._lock = threading.Lock()
        self._grants: dict[Subject, Grants] = {}
        self._all_here_by = clock() + LEASE_SECONDS
        """Until then a gateway may hold a lease of the control process before, and not have said so yet."""

    def note(self, claim: BudgetClaim) -> None:
        """Know what its gateway holds, before any other is answered."""
        with self._lock:
            self._of(claim).note(claim.claim, self._clock() + LEASE_SECONDS)

    def answer(self, claim: BudgetClaim, alive: Collection[str]) -> BudgetGrant:
        """Lease what can be had. `alive`: the runs of gateways that are connected. Reads the database."""
        price = None if claim.model is None else self._price(claim.model)
        try:
            lease = self._lease(claim, alive)
        except ClaudeflareError as error:
            log.error("the client key %s cannot be leased any of its budget: %s", claim.name, error)
            lease = None
        return BudgetGrant(claim.name, claim.period, lease, claim.model, price)

    def _lease(self, claim: BudgetClaim, alive: Collection[str]) -> BudgetLease:
        budget = self._budget(claim)
        spent = self._spend.by_boot(claim.name, claim.start)
        now = self._clock()
        good_until = now + LEASE_SECONDS
        with self._lock:
            grants = self._of(claim)
            grants.forget_dead(alive, now)
            limit = budget.usd if budget is not None else 0.0
            share = 1.0 if self._workers == 1 else 0.5 / self._workers
            if now < self._all_here_by and len(alive) < self._workers:
                # Somebody may hold a lease that is not known here: nothing more for anybody until all have said.
                held = claim.claim.held
                base = claim.claim.base if claim.claim.base is not None else spent.get(claim.claim.boot, 0.0)
                elsewhere = limit
            else:
                granted = grants.grant(claim.claim, limit, spent, good_until, share)
                held, base, elsewhere = granted.held, granted.base, granted.elsewhere
            self._drop_old(claim)
        return BudgetLease(
            start=claim.start,
            granted=held,
            base=base,
            elsewhere=elsewhere,
            exhausted=held < claim.claim.wanted,
            expires_at=good_until,
        )

    def _budget(self, claim: BudgetClaim) -> Budget | None:
        for key in self._keys():
            if key.name == claim.name:
                return next((budget for budget in key.budgets if budget.period == claim.period), None)
        return None

    def _price(self, model: str) -> ModelPrice | None:
        with self._lock:
            return model_price(self._prices, model, self._clock())

    def _of(self, claim: BudgetClaim) -> Grants:
        return self._grants.setdefault((claim.name, claim.period, claim.start), Grants())

    def _drop_old(self, claim: BudgetClaim) -> None:
        """Periods before this one are over: nothing is granted of them any more."""
        name, period, start = claim.name, claim.period, claim.start
        for old in [one for one in self._grants if one[:2] == (name, period) and one[2] < start]:
            del self._grants[old]

    def __repr__(self) -> str:
        return f"<BudgetDesk {len(self._grants)} budgets>"
