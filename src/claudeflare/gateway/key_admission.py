"""Whether a client key's request may begin: its models, accounts, rates and budgets; and who waits for money."""

from __future__ import annotations

import asyncio
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from claudeflare.gateway.budget_claims import BudgetClaims
from claudeflare.gateway.counting import expected_tokens
from claudeflare.gateway.refusal import Refusal
from claudeflare.providers.price_list import ModelPrice, Spending, most
from claudeflare.quotas import refused
from claudeflare.quotas.allowance import Allowance, Demand
from claudeflare.quotas.purse import Room
from claudeflare.quotas.refused import Refused

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.gateway.key_visit import KeyVisit
    from claudeflare.gateway.server import GatewayServer
    from claudeflare.journal.records import Finished
    from claudeflare.providers.usage import BilledPart

BYTES_PER_TOKEN: Final = 3
"""Of a request's body, to reckon with the most it can cost: text has more."""
LEAST_PATIENCE: Final = 6.0
"""Seconds that a request waits for control's answer at least."""
UNTOLD_USD: Final = 1e-6
"""Asked of a budget for what has no price: enough to be refused when nothing is left."""


class KeyAdmission:
    """Takes requests in, or lets them wait in line for their key's budget. One for a gateway."""

    def __init__(self, server: GatewayServer) -> None:
        self._server = server
        self._lines: dict[str, dict[KeyVisit, tuple[ApiExchange, bytes | None]]] = {}
        """Name of a key -> who waits for its budget, in the order they came, each with its exchange and body."""
        self._waking: set[str] = set()
        self._claims = self.claims = BudgetClaims(self.wake)
        self.counted_tokens = server.provider.counted_tokens

    def configured(self, allowances: dict[str, Allowance]) -> None:
        """The owner's keys, by name; budgets may have changed."""
        self._claims.configured(allowances)
        for allowance in allowances.values():
            self.wake(allowance)

    def consider(self, exchange: ApiExchange, visit: KeyVisit, whole: bytes | None) -> bool:
        """True: the request may go on now. False: it is refused, or waits and goes on by itself."""
        shadow, waits = visit.allowance.key.shadow, visit.waiting_since is not None
        if not (shadow or waits) and self._lines.get(visit.allowance.key.name):
            decision: Refused | Room | None = Room.SOON
            self._demand(exchange, visit)
        else:
            decision = self._decide(exchange, visit, whole)
        if decision is None or shadow:
            if isinstance(decision, Refused):
                visit.would_refuse = decision.limit
            if visit.demand is not None:
                visit.reservation = visit.allowance.begin(visit.demand, time())
            return True
        if isinstance(decision, Refused):
            exchange.refuse(_refusal(decision))
        elif not waits:
            self._wait(exchange, visit, whole)
        return False

    def _demand(self, exchange: ApiExchange, visit: KeyVisit) -> Spending:
        """What the request uses beside money. None of limits is about what costs nothing: counting tokens, say."""
        head = exchange.head
        spending = exchange.provider.spending(head.method, head.path)
        if spending is not Spending.FREE:
            visit.demand = Demand(tokens=expected_tokens(exchange.body.length or exchange.body.received))
        return spending

    # -- deciding --------------------------------------------------------------------------------------------------

    def _decide(self, exchange: ApiExchange, visit: KeyVisit, whole: bytes | None) -> Refused | Room | None:
        """None: it may begin. `Room.SOON`: not yet."""
        key, model = visit.allowance.key, exchange.recording.facts.model
        spending = self._demand(exchange, visit)
        if spending is not Spending.FREE and key.models and (model is None or not key.allows_model(model)):
            return refused.model_refused(key, model)
        if key.accounts and not self._may_use(key.accounts, exchange.head.named.get(b"x-claudeflare-account")):
            return refused.account_refused(key)
        if visit.demand is None:
            return None
        limited = visit.allowance.refusal(visit.demand, time())
        if limited is not None or not visit.allowance.purses:
            return limited
        return self._budget(exchange, visit, whole, spending)

    def _budget(
        self, exchange: ApiExchange, visit: KeyVisit, whole: bytes | None, spending: Spending
    ) -> Refused | Room | None:  # fmt: skip
        allowance, now = visit.allowance, time()
        key, model = allowance.key, exchange.recording.facts.model
        if spending is Spending.TOLD and model is not None and not self._claims.knows(model):
            return self._ask(allowance, UNTOLD_USD, model)
        usd = self._most(visit, model if spending is Spending.TOLD else None, whole)
        if usd is None:
            if not key.allow_unpriced:
                return refused.unpriced(key, model or "such a request")
            usd = UNTOLD_USD
        visit.demand = demand = Demand(tokens=visit.demand.tokens if visit.demand else 0, usd=usd)
        room, purse = allowance.room(demand, now)
        if room is Room.NO:
            assert purse is not None
            return refused.budget_spent(key, purse, now)
        if room is Room.SOON:
            if any(one.wants_lease(usd, now) for one in allowance.purses):
                return self._ask(allowance, usd, model)
            return Room.SOON
        for one in allowance.purses:
            if one.wants_renewal(usd, now):
                self._claims.ask(allowance, one, usd, model)
        return None

    def _most(self, visit: KeyVisit, model: str | None, whole: bytes | None) -> float | None:
        """The most a request can cost, as far as its body tells."""
        visit.price = price = None if model is None else self._claims.price(model)
        bounds = None if whole is None or price is None else self._server.provider.spend_bounds(whole)
        if price is None or whole is None or bounds is None:
            return None
        tokens = len(whole) // BYTES_PER_TOKEN
        visit.input_usd = most(price, tokens, msgspec.structs.replace(bounds, output_tokens=0)) or 0.0
        return most(price, tokens, bounds)

    def _ask(self, allowance: Allowance, usd: float, model: str | None) -> Refused | Room:
        if not self._claims.answers(allowance.key.name):
            return refused.budget_unknown(allowance.key)
        now = time()
        wanting = [purse for purse in allowance.purses if purse.wants_lease(usd, now)] or allowance.purses[:1]
        for purse in wanting:
            self._claims.ask(allowance, purse, usd, model)
        return Room.SOON

    def _may_use(self, allowed: tuple[str, ...], wanted: bytes | None) -> bool:
        """Whether one of these accounts exists, and is the one that is asked for, if any is."""
        snapshot = self._server.directory.snapshot
        names = {account.name for account in snapshot.accounts if account.id in allowed} if snapshot else set()
        return bool(names) if wanted is None else wanted.decode("utf-8", "replace") in names

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _wait(self, exchange: ApiExchange, visit: KeyVisit, whole: bytes | None) -> None:
        settings = self._server.settings
        line = self._lines.setdefault(visit.allowance.key.name, {})
        if len(line) >= settings.queue_limit:
            exchange.refuse(_refusal(refused.budget_held(visit.allowance.key, visit.allowance.purses[0])))
            return
        line[visit] = exchange, whole
        visit.waiting_since = monotonic()
        exchange.recording.work_pauses()
        patience = max(settings.queue_max_wait, LEAST_PATIENCE)
        visit.patience = asyncio.get_running_loop().call_later(patience, self._tired, exchange, visit)

    def _tired(self, exchange: ApiExchange, visit: KeyVisit) -> None:
        """It has waited long enough."""
        exchange.refuse(_refusal(refused.budget_held(visit.allowance.key, visit.allowance.purses[0])))

    def wake(self, allowance: Allowance) -> None:
        """Something has changed for this key: let go whoever may, in turn."""
        name = allowance.key.name
        if name not in self._lines or name in self._waking:
            # Nobody waits; or what goes on has ended at once and wakes others, whom the loop below takes.
            return
        self._waking.add(name)
        try:
            while line := self._lines.get(name):
                visit, (exchange, whole) = next(iter(line.items()))
                exchange.recording.work_begins()
                if self.consider(exchange, visit, whole):
                    self.leave(visit)
                    exchange.proceed(whole)
                elif visit.waiting_since is not None:
                    exchange.recording.work_pauses()
                    return
        finally:
            self._waking.discard(name)

    def leave(self, visit: KeyVisit) -> None:
        """It waits no longer (idempotent)."""
        if visit.waiting_since is None:
            return
        name = visit.allowance.key.name
        line = self._lines[name]
        exchange, _ = line.pop(visit)
        exchange.recording.queued += monotonic() - visit.waiting_since
        visit.waiting_since = None
        if visit.patience is not None:
            visit.patience.cancel()
        if not line:
            del self._lines[name]

    # -- what things cost ------------------------------------------------------------------------------------------

    def price(self, model: str) -> ModelPrice | None:
        """A model's price, if it was asked for before."""
        return self._claims.price(model)

    def billed_parts(self, record: Finished) -> list[BilledPart]:
        """What of an answer is to be paid."""
        usage: dict[str, Any] = record.usage or {}
        model = record.served_model or record.model
        return self._server.provider.billed_parts(usage, model, record.stop_reason, record.path)

    def __repr__(self) -> str:
        return f"<KeyAdmission, {sum(map(len, self._lines.values()))} wait>"


def _refusal(why: Refused) -> Refusal:
    return Refusal(
        why.status, why.error_type, why.message, retry_after=why.retry_after, details={"limit": why.limit},
        final=why.final,
    )  # fmt: skip
