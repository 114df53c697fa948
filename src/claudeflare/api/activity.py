"""Makes the events of `/api/events`: compares what is with what was told last."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from claudeflare.api.account_view import AccountView
from claudeflare.api.live_view import happening_resource, request_activity
from claudeflare.api.queue import queue_resource
from claudeflare.api.schemas.accounts import AccountResource
from claudeflare.api.schemas.configuration import StrategyResource
from claudeflare.api.schemas.events import AccountGauges, AccountRemoved
from claudeflare.api.schemas.gauges import Gauge
from claudeflare.api.schemas.queue import QueueResource
from claudeflare.api.services import Services
from claudeflare.api.times import to_iso
from claudeflare.balancing.account import AccountState
from claudeflare.balancing.change import Change, PinChange, SessionBound
from claudeflare.live import happenings
from claudeflare.live.feed import Event
from claudeflare.live.request_news import News
from claudeflare.storage.accounts import StoredAccount
from claudeflare.storage.happenings import Happening
from claudeflare.storage.told_changes import Troubles

GAUGES_EVERY: Final = 3
ACCOUNTS_EVERY: Final = 5
"""Ticks between two looks: at what gateways say, twice a second at most; at the database, once a second."""
CHANGES_EVERY: Final = 3
"""The same for accounts of which something was learnt."""
MOST_HAPPENINGS: Final = 100
"""Told at once; of more, the latest."""

_MOVING: Final = {"in_flight": 0, "gauges": [], "request_count": 0, "total_requests": 0, "last_used": None}
"""Changes with every request: told by other events."""

REQUESTS: Final = "requests"
ACCOUNT: Final = "account"
ACCOUNT_REMOVED: Final = "account-removed"
GAUGES: Final = "gauges"
QUEUE: Final = "queue"
STRATEGY: Final = "strategy"
HAPPENED: Final = "happened"


class Activity:
    """The source of `Live.activity`. `learned` and `happened` may be called by any thread, the rest by the loop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._happened: deque[Happening] = deque(maxlen=MOST_HAPPENINGS)
        self._changed = False
        self.forget()

    def forget(self) -> None:
        """See `live.live.Source`."""
        self._ticks = 0
        self._stored: list[StoredAccount] | None = None
        self._accounts: dict[str, AccountResource] = {}
        self._gauges: dict[str, AccountGauges] = {}
        self._queue: QueueResource | None = None
        self._strategy: str | None = None
        self._next_reset: str | None = None

    def learned(self, changes: Sequence[Change], before: Mapping[str, AccountState]) -> None:
        """Gateways or the owner changed this; `before`: account id -> how it was until then."""
        concerned = {change.account_id for change in changes if not isinstance(change, SessionBound | PinChange)}
        if concerned and self._services.live.activity.awake:
            now = self._services.clock()
            states = {id_: before[id_] for id_ in concerned if id_ in before}
            troubles = Troubles(
                (
                    (id_, scope)
                    for id_, state in states.items()
                    for scope, bench in state.benches.items()
                    if bench.until > now
                ),
                (id_ for id_, state in states.items() if state.attention),
            )
            self._happened.extend(what for change in changes if (what := troubles.tell(change, now)) is not None)
            self._changed = True

    def happened(self, what: Happening) -> None:
        """Something else did; may be called by any thread."""
        if self._services.live.activity.awake:
            self._happened.append(what)

    async def events(self, news: News) -> Sequence[Event]:
        """See `live.live.Source`."""
        told: list[Event] = []
        if news.opened_count or news.finished_count:
            told.append(Event(REQUESTS, request_activity(news)))
        due = self._ticks % ACCOUNTS_EVERY == 0 or (self._changed and self._ticks % CHANGES_EVERY == 0)
        if due:
            told += await asyncio.to_thread(self._account_events)
        if self._ticks % GAUGES_EVERY == 0:
            told += self._gateway_events()
        self._note_moves(news)
        names = {id_: each.name for id_, each in self._accounts.items()}
        happened = [self._happened.popleft() for _ in range(len(self._happened))]
        told += [Event(HAPPENED, happening_resource(what, names)) for what in happened]
        self._ticks += 1
        return told

    def _note_moves(self, news: News) -> None:
        now = self._services.clock()
        for (before, after), count in Counter(news.moves).items():
            self._happened.append(Happening(at=now, kind=happenings.MOVED, account=before, reason=after, count=count))

    def _account_events(self) -> list[Event]:
        """In a thread: it reads the database."""
        services, first = self._services, self._stored is None
        told: list[Event] = []
        if (strategy := services.strategy.current()) != self._strategy:
            if not first:
                told.append(Event(STRATEGY, StrategyResource(strategy=strategy)))
                self._happened.append(Happening(at=services.clock(), kind=happenings.STRATEGY, reason=strategy))
            self._strategy = strategy
        stored = services.accounts.list()
        # An ISO time in UTC sorts as text.
        now_over = self._next_reset is not None and self._next_reset <= to_iso(services.clock())
        if stored != self._stored or self._changed or now_over:
            self._changed = False
            told += self._compared(stored, first)
        self._stored = stored
        return told

    def _compared(self, stored: Sequence[StoredAccount], first: bool) -> Iterator[Event]:
        view = AccountView.of(self._services)
        before, now = self._accounts, {each.account.id: view.resource(each) for each in stored}
        self._accounts = now
        self._next_reset = min((each.rate_limit_reset for each in now.values() if each.rate_limit_reset), default=None)
        if first:
            return
        for id_, account in now.items():
            if id_ not in before or _lasting(account) != _lasting(before[id_]):
                yield Event(ACCOUNT, account)
        for id_, account in before.items():
            if id_ not in now:
                yield Event(ACCOUNT_REMOVED, AccountRemoved(id=id_, name=account.name))
        self._happened.extend(_owners_changes(before, now, self._services.clock()))

    def _gateway_events(self) -> Iterator[Event]:
        gateways = self._services.gateways
        in_flight, limits = gateways.in_flight(), gateways.gauges()
        now = {
            id_: AccountGauges(
                id=id_, in_flight=in_flight.get(id_, 0), gauges=[Gauge.of(each) for each in limits.get(id_, ())]
            )
            for id_ in {*in_flight, *limits, *self._gauges}
        }
        changed = [now[id_] for id_ in sorted(now) if self._gauges.get(id_) != now[id_]]
        self._gauges = now
        if changed:
            yield Event(GAUGES, changed)
        queue = queue_resource(*gateways.waiting(), self._services.settings)
        if queue != self._queue:
            if self._queue is not None or queue.waiting:
                yield Event(QUEUE, queue)
            self._queue = queue

    def __repr__(self) -> str:
        return f"<Activity of {len(self._accounts)} accounts>"


def _lasting(account: AccountResource) -> AccountResource:
    return account.model_copy(update=_MOVING)


def _owners_changes(
    before: dict[str, AccountResource], now: dict[str, AccountResource], at: float
) -> Iterator[Happening]:
    for id_, account in now.items():
        kind = None
        if id_ not in before:
            kind = happenings.ACCOUNT_ADDED
        elif before[id_].paused != account.paused:
            kind = happenings.ACCOUNT_PAUSED if account.paused else happenings.ACCOUNT_RESUMED
        if kind:
            yield Happening(at=at, kind=kind, account_id=id_, account=account.name)
    for id_, account in before.items():
        if id_ not in now:
            yield Happening(at=at, kind=happenings.ACCOUNT_REMOVED, account_id=id_, account=account.name)
