"""One request of a client key: what it has reserved, and the one place where that is given back."""

from __future__ import annotations

import asyncio
from time import time
from typing import TYPE_CHECKING

from claudeflare.providers.price_list import ModelPrice, cost

if TYPE_CHECKING:
    from claudeflare.gateway.key_admission import KeyAdmission
    from claudeflare.journal.records import Finished
    from claudeflare.quotas.allowance import Allowance, Demand, Reservation


class KeyVisit:
    """Lives as long as its request. `ended` is called with the request's record, in every ending."""

    __slots__ = (
        "_admission", "allowance", "demand", "input_usd", "patience", "price", "reservation", "waiting_since",
        "would_refuse",
    )  # fmt: skip

    def __init__(self, admission: KeyAdmission, allowance: Allowance) -> None:
        self._admission = admission
        self.allowance = allowance
        self.demand: Demand | None = None
        self.price: ModelPrice | None = None
        """Of the model that was asked for, where the key has a budget."""
        self.input_usd = 0.0
        """The most its input alone can cost."""
        self.reservation: Reservation | None = None
        """None until it is let in."""
        self.would_refuse: str | None = None
        """What a key in shadow mode would have been refused for."""
        self.waiting_since: float | None = None
        """Monotonic; None: it does not wait."""
        self.patience: asyncio.TimerHandle | None = None

    @property
    def accounts(self) -> tuple[str, ...] | None:
        """Ids of the accounts that may serve it; None: all."""
        key = self.allowance.key
        return key.accounts if key.accounts and not key.shadow else None

    def ended(self, record: Finished) -> None:
        """The request is over: give back what it had reserved, and book what it used. Adds to the record."""
        record.would_refuse = self.would_refuse
        self._admission.leave(self)
        reservation, self.reservation = self.reservation, None
        if reservation is None:
            return
        # What nothing limits is not worked out.
        tokens = self._tokens(record, reservation) if self.allowance.tokens is not None else 0
        usd = self._cost(record) if self.allowance.purses else 0.0
        self.allowance.end(reservation, tokens, usd, time())
        self._admission.wake(self.allowance)

    def _tokens(self, record: Finished, reservation: Reservation) -> int:
        if record.usage is not None:
            return sum(self._admission.counted_tokens(record.usage))
        return reservation.tokens if was_sent(record) else 0

    def _cost(self, record: Finished) -> float:
        """What to book until control says it exactly."""
        if record.usage is not None:
            known = cost(
                [
                    (self._admission.price(part.model) or self.price, part)
                    for part in self._admission.billed_parts(record)
                ]
            )
            if known is not None:
                return known
        elif not was_sent(record):
            return 0.0
        # It may have cost something and no answer says what: its input, on record as well.
        record.charged_usd = self.input_usd
        return self.input_usd

    def __repr__(self) -> str:
        return f"<KeyVisit of {self.allowance.key.name}, {self.reservation}>"


def was_sent(record: Finished) -> bool:
    """Whether the upstream may have worked for a request that told of no usage. An error answer is not billed."""
    if any(attempt.maybe_billed for attempt in record.attempts):
        return True
    if record.terminal_state == "refused":
        return False
    return bool(record.attempts) and (record.terminal_state == "client_closed" or record.status < 400)
