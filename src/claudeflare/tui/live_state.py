"""What is known of the server, and what each event changes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from claudeflare.client.resources import Account, Json, Queue, Request, Stats

REQUESTS_KEPT: Final = 200
HAPPENINGS_KEPT: Final = 100
OPENED_KEPT: Final = 50
SECONDS_KEPT: Final = 120


class Second(NamedTuple):
    """What began and ended in one second."""

    at: int
    """Epoch seconds."""
    opened: int
    finished: int
    failed: int


@dataclass(frozen=True, slots=True)
class LiveState:
    """Never changed, so that a screen can tell by identity what is new to it."""

    accounts: tuple[Account, ...] = ()
    """Newest first, as the API lists them."""
    queue: Queue | None = None
    strategy: str | None = None
    stats: Stats | None = None
    """Of the last 24 hours."""
    requests: tuple[Request, ...] = ()
    """The newest that have ended, newest first."""
    opened: tuple[Json, ...] = ()
    """The newest that began and of whose end nothing was told, newest first; on a busy server only some of them."""
    seconds: tuple[Second, ...] = ()
    """The latest in which something happened, oldest first."""
    happenings: tuple[Json, ...] = ()
    """Newest first."""
    fetched: bool = False
    """False until the server has answered once."""

    def __repr__(self) -> str:
        return f"<LiveState {len(self.accounts)} accounts, {len(self.requests)} requests>"


def folded(state: LiveState, kind: str, data: Any, now: float) -> LiveState:
    """The state after one event. Kinds that are not known (a newer server's) change nothing."""
    match kind:
        case "requests":
            return replace(
                state,
                requests=_newest(state.requests, data["finished"]),
                opened=_running(state.opened, data),
                seconds=_counted(state.seconds, data, int(now)),
            )
        case "account":
            return replace(state, accounts=_with_account(state.accounts, data))
        case "account-removed":
            return replace(state, accounts=tuple(one for one in state.accounts if one["id"] != data["id"]))
        case "gauges":
            return replace(state, accounts=_with_gauges(state.accounts, data))
        case "queue":
            return replace(state, queue=data)
        case "strategy":
            return replace(state, strategy=data["strategy"])
        case "happened":
            return replace(state, happenings=(data, *state.happenings)[:HAPPENINGS_KEPT])
        case _:
            return state


def with_use(known: Iterable[Account], read: Iterable[Account]) -> tuple[Account, ...]:
    """`known` with what accounts were used for as of `read`; all else is told by events, and may be newer."""
    counts = {one["id"]: one for one in read}
    return tuple(_with_counts(one, counts[one["id"]]) if one["id"] in counts else one for one in known)


def _with_counts(known: Account, read: Account) -> Account:
    return {
        **known,
        "requestCount": read["requestCount"],
        "totalRequests": read["totalRequests"],
        "lastUsed": read["lastUsed"],
    }


def _newest(known: Sequence[Request], finished: Sequence[Request]) -> tuple[Request, ...]:
    """`finished` is oldest first. A later word on a request takes the earlier one's place."""
    changed = {one["id"]: one for one in finished}
    updated = [changed.pop(one["id"], one) for one in known]
    return (*reversed(changed.values()), *updated)[:REQUESTS_KEPT]


def _running(known: Sequence[Json], told: Json) -> tuple[Json, ...]:
    over = {one["id"] for one in told["finished"]}
    news = {one["id"]: one for one in told["opened"]}
    return tuple(one for one in (*news.values(), *known) if one["id"] not in over)[:OPENED_KEPT]


def _counted(known: Sequence[Second], told: Mapping[str, int], at: int) -> tuple[Second, ...]:
    last = known[-1] if known and known[-1].at == at else Second(at, 0, 0, 0)
    now = Second(
        at, last.opened + told["openedCount"], last.finished + told["finishedCount"], last.failed + told["failedCount"]
    )
    return (*(one for one in known if at - SECONDS_KEPT < one.at < at), now)


def _with_account(known: Sequence[Account], told: Account) -> tuple[Account, ...]:
    if all(one["id"] != told["id"] for one in known):
        return (told, *known)
    return tuple(_moved(told, one) if one["id"] == told["id"] else one for one in known)


def _moved(told: Account, known: Account) -> Account:
    """What moves with every request is told by other events, and newer here."""
    return {**told, "gauges": known["gauges"], "inFlight": known["inFlight"]}


def _with_gauges(known: Sequence[Account], told: Iterable[Json]) -> tuple[Account, ...]:
    latest = {one["id"]: one for one in told}
    return tuple(
        {**one, "gauges": latest[one["id"]]["gauges"], "inFlight": latest[one["id"]]["inFlight"]}
        if one["id"] in latest
        else one
        for one in known
    )
