"""What a caller asks the pool for, and what it gets: a lease on one account, or the reasons why there is none."""

from __future__ import annotations

import msgspec

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.buckets import Reservation
from claudeflare.balancing.change import Change
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.pins import Bound


class PickRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What choosing an account depends on."""

    session: str
    """From `affinity.session_key`."""
    model_class: str = ""
    """The family that shares limits upstream; empty when the request has none."""
    client_key: str | None = None
    account: str | None = None
    """The name of the only account this request may use; None when any will do."""
    accounts: tuple[str, ...] | None = None
    """Ids of the accounts its client key may use; None: all."""
    bound: Bound | None = None
    """The only account that has what the request names; None when any will do."""
    thread: Bound | None = None
    """The account that has the conversation so far. Any other can take it all the same: the client then repeats it."""
    collection: bool = False
    """It lists or adds to an account's own things: the first account takes it, so that they stay together."""
    auxiliary: bool = False
    """The endpoint's failures and successes say nothing about an account's health (count_tokens, models, batches)."""
    estimate: int = 0
    """Input tokens by the body's size; the pool corrects it by what such requests have counted. 0: not known."""
    output_estimate: int = 0
    """Output tokens it can have at most; 0: not known."""
    conversation: str = ""
    """What repeats and extends one prompt: the session, or one agent of it. Empty: the session."""
    since: float = 0.0
    """UTC epoch seconds at which it came, if it may wait for its session's account; see `staying`."""


class Lease(msgspec.Struct, eq=False):
    """One request's use of one account, over all its attempts there. Settled exactly once, with the last outcome."""

    account: Account
    taken_at: float
    """UTC epoch seconds."""
    model_class: str
    auxiliary: bool
    state: AccountState
    """The pool's; nobody else reads or writes it."""
    settled: bool = False
    number: int = 0
    """Leases of a pool are numbered in the order they are taken."""
    reservation: Reservation | None = None
    """What it holds of its account's limits, where they are known."""

    def __repr__(self) -> str:
        return f"<Lease on {self.account.name}, {'settled' if self.settled else 'open'}>"


class Acquired(msgspec.Struct, frozen=True):
    """An account takes the request."""

    lease: Lease
    pick: Pick
    changes: list[Change]


class Exhausted(msgspec.Struct, frozen=True):
    """No account can take the request now."""

    unavailable: list[tuple[Account, Unavailable]]
    """Every account the request may use, with what is in the way."""
    earliest: float | None
    """UTC epoch seconds at which the first of them comes back by itself; None when that is not known."""
    pick: Pick
    short: bool = False
    """Accounts are free, but each is predicted to refuse for now: asked again without patience, one takes it."""
    home: str | None = None
    """Id of the session's account, when that alone is worth waiting for although others are free; see `staying`."""
    bound: Bound | None = None
    """What binds the request to one account; then `unavailable` is about that one alone, and empty if it is gone."""
