"""Which account holds a thing that exists in one account only: the most recent of what is known, in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.change import PinChange, Pinned, Unpinned

PIN_LIMIT: Final = 10_000
"""Pins remembered by one process; who needs an older one asks the database."""
PERSISTED_STEP: Final = 86_400.0
"""A pin that is seen again is written down again once its expiry would move by more than this, in seconds."""


TURN: Final = "msg"
"""The kind of what a turn of a message thread names: the answer it follows."""
TURN_SECONDS: Final = 3_600.0
"""How long a pin of that kind lasts: no thread is kept longer."""


class Bound(msgspec.Struct, frozen=True):
    """The account a request belongs to, because of what it names."""

    account_id: str
    account: str
    """Its name."""
    thing: str
    """The id that decides, e.g. `file_011C…`."""

    @property
    def why(self) -> str:
        """For the decision trace."""
        return f"bound to {self.account} by {self.thing}"

    def elsewhere(self) -> Unavailable:
        """Why every other account is out."""
        return Unavailable(self.why)


def kind_of(thing: str) -> str:
    """What an id is about: `file` of `file_011C…`."""
    return thing.partition("_")[0]


class Pins:
    """Id -> pin, at most `limit` of them: beyond that the one noted longest ago is forgotten.

    Turns of threads are many and short-lived: they are kept apart, as many again, and never make a request be searched.
    """

    def __init__(self, limit: int = PIN_LIMIT) -> None:
        self._limit = limit
        self._pins: OrderedDict[str, Pinned] = OrderedDict()
        self._turns: OrderedDict[str, Pinned] = OrderedDict()
        self.kinds: frozenset[str] = frozenset()
        """Kinds of which there has ever been one. A kind that is missing need not be looked for in a request."""

    def lookup(self, thing: str, now: float) -> Pinned | None:
        """Where it is, as far as is known here."""
        pin = self._among(thing).get(thing)
        return None if pin is None or _expired(pin, now) else pin

    def note(self, pin: Pinned) -> Pinned | None:
        """An answer has shown that the pin holds; the change to write down, if that says anything new."""
        known = self._among(pin.id).get(pin.id)
        if known is not None and known.account_id == pin.account_id and not _extends(pin, known):
            return None
        self._put(pin)
        return pin

    def drop(self, thing: str, account_id: str) -> Unpinned:
        """It was deleted; the change to write down."""
        self._among(thing).pop(thing, None)
        return Unpinned(thing, account_id)

    def load(self, changes: Iterable[PinChange]) -> None:
        """Take over what was written down before, or by another process; oldest first."""
        for change in changes:
            if isinstance(change, Pinned):
                self._put(change)
            else:
                self._among(change.id).pop(change.id, None)

    def _put(self, pin: Pinned) -> None:
        pins = self._among(pin.id)
        if pins is self._turns:
            self._drop_old_turns(pin)
        elif (kind := kind_of(pin.id)) not in self.kinds:
            self.kinds |= {kind}
        pins[pin.id] = pin
        pins.move_to_end(pin.id)
        if len(pins) > self._limit:
            pins.popitem(last=False)

    def _among(self, thing: str) -> OrderedDict[str, Pinned]:
        return self._turns if kind_of(thing) == TURN else self._pins

    def _drop_old_turns(self, new: Pinned) -> None:
        """Two per new one, so that those that have expired go without a sweep. All last equally long."""
        for _ in range(2):
            oldest = next(iter(self._turns.values()), None)
            if oldest is None or not _expired(oldest, (new.expires_at or 0.0) - TURN_SECONDS):
                return
            del self._turns[oldest.id]

    def __len__(self) -> int:
        return len(self._pins) + len(self._turns)

    def __repr__(self) -> str:
        return f"<Pins {len(self._pins)} and {len(self._turns)} turns, each of at most {self._limit}>"


class Split(msgspec.Struct, frozen=True):
    """Things of two accounts: no request can reach both."""

    one: Bound
    other: Bound


class HolderRemoved(msgspec.Struct, frozen=True):
    """A thing whose account is not configured any more."""

    pin: Pinned


def decide(pins: Sequence[Pinned], accounts: Mapping[str, str]) -> Bound | Split | HolderRemoved | None:
    """What the pins of one request's ids mean for it. `accounts`: id -> name of all that are configured."""
    bound: Bound | None = None
    for pin in pins:
        name = accounts.get(pin.account_id)
        if name is None:
            return HolderRemoved(pin)
        if bound is None:
            bound = Bound(pin.account_id, name, pin.id)
        elif bound.account_id != pin.account_id:
            return Split(bound, Bound(pin.account_id, name, pin.id))
    return bound


def _expired(pin: Pinned, now: float) -> bool:
    return pin.expires_at is not None and pin.expires_at <= now


def _extends(pin: Pinned, known: Pinned) -> bool:
    if known.expires_at is None:
        return False
    return pin.expires_at is None or pin.expires_at - known.expires_at > PERSISTED_STEP
