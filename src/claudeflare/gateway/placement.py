"""Which account a request is bound to by what it names, and what its answer shows of what that account has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import TYPE_CHECKING, Final

import msgspec

from claudeflare.balancing.change import Change, Pinned
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.pins import TURN, TURN_SECONDS, Bound, HolderRemoved, Split, decide, kind_of
from claudeflare.gateway.refusal import Refusal
from claudeflare.providers.provider import Holding, Meter, Ties

if TYPE_CHECKING:
    from claudeflare.gateway.api_exchange import ApiExchange
    from claudeflare.journal.records import Attempt

RETRY_SECONDS: Final = 2
CHOOSE: Final = "Name an account in the x-claudeflare-account field to send the request there all the same."


class Placement:
    """Finds the pins of one request's ids: here, else by asking control. Then the request goes on, or is refused."""

    def __init__(self, exchange: ApiExchange, pick: PickRequest, ties: Ties, go: Callable[[PickRequest], None]) -> None:
        """`go` is called with the request as bound as it is."""
        self._exchange = exchange
        self._server = exchange.server
        self._pick = pick
        self._go = go
        self._turn = exchange.recording.facts.thread
        self._turn_pin: Pinned | None = None
        self._known: list[Pinned] = []
        self._question: int | None = None
        self.ties = ties
        self.seeking = False
        """The request only reads, and what it names is known to nobody here: each account can be asked in turn."""

    def begin(self) -> None:
        """Let the request go on, at once or once control has said what is not known here."""
        server, ties = self._server, self.ties
        if self._pick.account is not None or not self._several_accounts():
            # The owner has chosen, or there is nothing to choose: what is not there the upstream says best.
            self._go(self._pick)
            return
        if ties.collection and not ties.ids:
            self._go(msgspec.structs.replace(self._pick, collection=True))
            return
        pins, now = server.pool.pins, time()
        found = {thing: pins.lookup(thing, now) for thing in ties.ids}
        self._known = [pin for pin in found.values() if pin is not None]
        unknown = [thing for thing, pin in found.items() if pin is None]
        if self._turn is not None and (previous := self._turn.continues) is not None:
            self._turn_pin = pins.lookup(previous, now)
            if self._turn_pin is None and not (self._turn.session_stated and self._session_account(now)):
                unknown.append(previous)
        if unknown:
            self._exchange.recording.work_pauses()
            self._question = server.control.pin_questions.ask(unknown, self._told)
        elif self._known or self._turn_pin is not None:
            self._decide()
        else:
            # A thread that begins, or whose session leads there anyway: nearly all are.
            self._go(self._pick)

    def _several_accounts(self) -> bool:
        snapshot = self._server.directory.snapshot
        # A caller's own credential that comes first makes one account two places.
        return snapshot is not None and (len(snapshot.accounts) > 1 or self._server.callers is not None)

    def _names(self) -> dict[str, str]:
        snapshot = self._server.directory.snapshot
        return {account.id: account.name for account in snapshot.accounts} if snapshot else {}

    def _thread(self, names: Mapping[str, str]) -> Bound | None:
        """Where the conversation is. Elsewhere the API says that it has no such thread, and clients repeat it whole."""
        pin = self._turn_pin
        name = None if pin is None else names.get(pin.account_id)
        return None if pin is None or name is None else Bound(pin.account_id, name, pin.id)

    def _session_account(self, at: float) -> str | None:
        return self._server.pool.session_account(self._pick.session, at)

    def shows(self, attempt: Attempt, meter: Meter, now: float) -> tuple[Holding, ...]:
        """The turn that a good answer lets the client continue, unless its session leads there anyway.

        That spares what is nearly all of them the journal: clients with threads name their sessions.
        """
        turn, message_id = self._turn, meter.message_id
        if turn is None or message_id is None or meter.stop_reason is None or kind_of(message_id) != TURN:
            return ()
        if turn.session_stated and self._session_account(now + TURN_SECONDS) == attempt.account_id:
            return ()
        return (Holding(message_id, TURN_SECONDS),) if self._several_accounts() else ()

    def cancel(self) -> None:
        """The request is over: no answer of control's matters any more (idempotent)."""
        if self._question is not None:
            self._server.control.pin_questions.forget(self._question)
            self._question = None

    def _told(self, pins: Sequence[Pinned] | None) -> None:
        self._question = None
        self._exchange.recording.work_begins()
        if pins is None and len(self._known) < len(self.ties.ids):
            self._exchange.refuse(_nobody_says(self.ties.ids))
            return
        for pin in pins or ():
            self._server.pool.pins.load((pin,))
            if kind_of(pin.id) == TURN:
                self._turn_pin = pin
            else:
                self._known.append(pin)
        self._decide()

    def _decide(self) -> None:
        names = self._names()
        match decide(self._known, names):
            case Split() as split:
                self._exchange.refuse(_split(split))
            case HolderRemoved(pin=pin):
                self._exchange.refuse(_holder_removed(pin))
            case Bound() | None as bound:
                # Known to nobody here: made before this server, or beside it. It goes as any request.
                collection = bound is None and self.ties.collection
                self.seeking = bound is None and self._exchange.head.method in (b"GET", b"HEAD")
                thread = self._thread(names) if bound is None else None
                self._go(msgspec.structs.replace(self._pick, bound=bound, collection=collection, thread=thread))


def learn(exchange: ApiExchange, attempt: Attempt, meter: Meter) -> None:
    """Note what a good answer shows, before it is sent: what the client then names is known by then."""
    if not attempt.account_id or attempt.status is None or attempt.status >= 300:
        return
    pins, now = exchange.server.pool.pins, time()
    placement, holdings = exchange.placement, meter.holdings
    if placement is not None:
        holdings = *placement.ties.proven, *holdings, *placement.shows(attempt, meter, now)
    shown = {one.id: one for one in holdings}
    changes: list[Change] = []
    for thing in shown.values():
        if thing.deleted:
            changes.append(pins.drop(thing.id, attempt.account_id))
            continue
        expires_at = None if thing.keep_seconds is None else now + thing.keep_seconds
        noted = pins.note(Pinned(thing.id, attempt.account_id, attempt.account, expires_at))
        if noted is not None:
            changes.append(noted)
    exchange.server.publish(changes)


def _nobody_says(ids: Sequence[str]) -> Refusal:
    message = (
        f"Claudeflare cannot say now which account holds {', '.join(ids[:3])}: its control process does not answer. "
        "Nothing was sent; try again."
    )
    return Refusal(503, "api_error", message, retry_after=RETRY_SECONDS)


def _split(split: Split) -> Refusal:
    one, other = split.one, split.other
    message = (
        f"This request names things of two accounts, and no request can reach both: {one.thing} is in {one.account}, "
        f"{other.thing} in {other.account}. Upload what belongs together to one account "
        "(x-claudeflare-account in the uploading request)."
    )
    return Refusal(400, "invalid_request_error", message)


def _holder_removed(pin: Pinned) -> Refusal:
    name = f"the account {pin.account}" if pin.account else "an account"
    message = f"{pin.id} is in {name}, which was removed from Claudeflare. {CHOOSE}"
    return Refusal(404, "not_found_error", message)
