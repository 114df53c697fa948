"""Questions to control about money: a lease on a budget, and what a model costs. One at a time for each budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import time
from typing import Final

from claudeflare.gateway.messages import BudgetClaim, BudgetGrant
from claudeflare.providers.price_list import ModelPrice
from claudeflare.quotas.allowance import Allowance
from claudeflare.quotas.client_key import Period
from claudeflare.quotas.grants import Claim
from claudeflare.quotas.purse import Purse

ANSWER_SECONDS: Final = 5.0
"""Control answers within a few hundredths of a second, or when it has started again. Who waits longer is refused."""
AGAIN_SECONDS: Final = 0.25
"""Until control is asked again for what other gateways hold."""
MODELS_KEPT: Final = 256

Subject = tuple[str, Period]
"""A client key's name, and which of its budgets."""

Wake = Callable[[Allowance], None]


class BudgetClaims:
    """What this gateway has asked and learnt."""

    def __init__(self, wake: Wake) -> None:
        """`wake` is told of a key that has an answer, or will have none."""
        self._wake = wake
        self._failing = ""
        """Name of the key whose waiting requests are being told that there is no answer."""
        self._tell: Callable[[BudgetClaim], None] | None = None
        self._boot = ""
        self._allowances: dict[str, Allowance] = {}
        self._open: dict[Subject, asyncio.TimerHandle] = {}
        self._paced: set[Subject] = set()
        """Asked not long ago, and others hold what is wanted."""
        self._leased: set[Subject] = set()
        """Leases whose end is watched."""
        self._prices: dict[str, ModelPrice | None] = {}

    def configured(self, allowances: dict[str, Allowance]) -> None:
        """The keys there are. What had no price is asked for anew; known prices come again with each lease."""
        self._allowances = allowances
        self._prices = {model: price for model, price in self._prices.items() if price is not None}

    def opened(self, boot: str, tell: Callable[[BudgetClaim], None]) -> None:
        """Control is there, maybe a new one: tell it first what this gateway holds."""
        self._boot, self._tell = boot, tell
        for allowance in self._allowances.values():
            for purse in allowance.purses:
                if purse.base is not None:
                    self.ask(allowance, purse, 0.0, None)

    def lost(self) -> None:
        """Control is gone, and will not answer what is open."""
        self._tell = None
        for name, period in list(self._open):
            self._give_up(name, period)

    def knows(self, model: str) -> bool:
        """Whether control has been asked what this model costs."""
        return model in self._prices

    def price(self, model: str) -> ModelPrice | None:
        """What it costs, as far as control has said."""
        return self._prices.get(model)

    def answers(self, name: str) -> bool:
        """Whether it is of use to ask about this key: control is there, and has not just failed to answer."""
        return self._tell is not None and self._failing != name

    def ask(self, allowance: Allowance, purse: Purse, usd: float, model: str | None) -> None:
        """Claim room for a request beside those that run, unless a claim is on its way already."""
        key = allowance.key.name, purse.budget.period
        if self._tell is None or key in self._open or key in self._paced:
            return
        purse.roll(time())
        claim = Claim(
            boot=self._boot, held=purse.granted, used=purse.used, wanted=purse.used + usd, base=purse.base
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        self._open[key] = loop.call_later(ANSWER_SECONDS, self._give_up, *key)
        self._tell(BudgetClaim(key[0], key[1], purse.start, claim, model))

    def answered(self, grant: BudgetGrant) -> None:
        """Control says."""
        if grant.model is not None:
            if len(self._prices) >= MODELS_KEPT:
                self._prices.clear()
            self._prices[grant.model] = grant.price
        if grant.lease is None:
            self._give_up(grant.name, grant.period)
            return
        key = grant.name, grant.period
        purse = self._purse(key)
        if purse is not None:
            purse.take_lease(grant.lease)
            loop = asyncio.get_running_loop()
            if grant.lease.exhausted and grant.lease.elsewhere > 0:
                self._paced.add(key)
                loop.call_later(AGAIN_SECONDS, self._again, key)
            if purse.idle_money and key not in self._leased:
                self._leased.add(key)
                loop.call_later(max(0.0, grant.lease.expires_at - time()), self._ran_out, key)
        self._close(*key)

    def _purse(self, key: Subject) -> Purse | None:
        allowance = self._allowances.get(key[0])
        purses = allowance.purses if allowance is not None else []
        return next((purse for purse in purses if purse.budget.period == key[1]), None)

    def _ran_out(self, key: Subject) -> None:
        """A lease has run out: give back what nobody needed, so that other gateways can have it."""
        self._leased.discard(key)
        purse, allowance, now = self._purse(key), self._allowances.get(key[0]), time()
        if purse is None or allowance is None:
            return
        purse.roll(now)
        if not purse.leased(now):
            purse.give_back()
            self.ask(allowance, purse, 0.0, None)
        elif purse.idle_money:
            self._leased.add(key)
            asyncio.get_running_loop().call_later(max(0.0, purse.expires_at - now), self._ran_out, key)

    def _again(self, key: Subject) -> None:
        self._paced.discard(key)
        if (allowance := self._allowances.get(key[0])) is not None:
            self._wake(allowance)

    def _close(self, name: str, period: Period) -> None:
        give_up = self._open.pop((name, period), None)
        if give_up is not None:
            give_up.cancel()
            if (allowance := self._allowances.get(name)) is not None:
                self._wake(allowance)

    def _give_up(self, name: str, period: Period) -> None:
        """There is no answer: who waits for it is told so."""
        self._failing = name
        try:
            self._close(name, period)
        finally:
            self._failing = ""

    def __repr__(self) -> str:
        return f"<BudgetClaims {len(self._open)} open, {len(self._prices)} prices>"
