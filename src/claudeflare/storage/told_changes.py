"""What changes of accounts mean to people: the part of the timeline that is written with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, select

from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change
from claudeflare.journal.records import Changed
from claudeflare.storage.happenings import (
    ATTENTION,
    ATTENTION_OVER,
    LIMITED,
    RECOVERED,
    SET_ASIDE,
    Happening,
    write_told,
)
from claudeflare.storage.storable import is_key
from claudeflare.storage.tables import attention, benches


def happening(change: Change, at: float) -> Happening | None:
    """What the change means; None for what nobody wants to be told of, e.g. a session's binding."""
    match change:
        case Benched():
            return Happening(
                at=at,
                kind=SET_ASIDE if change.guess else LIMITED,
                account_id=change.account_id,
                model_class=change.model_class or None,
                reason=change.reason,
                until=change.until,
            )
        case BenchCleared():
            return Happening(
                at=at, kind=RECOVERED, account_id=change.account_id, model_class=change.model_class or None
            )
        case AttentionNeeded(reason=""):
            return Happening(at=at, kind=ATTENTION_OVER, account_id=change.account_id)
        case AttentionNeeded():
            return Happening(at=at, kind=ATTENTION, account_id=change.account_id, reason=change.reason)
        case _:
            return None


class Troubles:
    """What is wrong with accounts, so that only that is said to be over which was: limits are cleared to be sure."""

    def __init__(self, benched: Iterable[tuple[str, str]], attention: Iterable[str]) -> None:
        """`benched`: account ids and model classes that are out. `attention`: ids of accounts that need somebody."""
        self._benched = set(benched)
        self._attention = set(attention)

    def tell(self, change: Change, at: float) -> Happening | None:
        """Take over a change; what it means, or None."""
        match change:
            case Benched():
                self._benched.add((change.account_id, change.model_class))
            case BenchCleared():
                bench = (change.account_id, change.model_class)
                if bench not in self._benched:
                    return None
                self._benched.remove(bench)
            case AttentionNeeded(reason=""):
                if change.account_id not in self._attention:
                    return None
                self._attention.remove(change.account_id)
            case AttentionNeeded():
                self._attention.add(change.account_id)
        return happening(change, at)


def write_happenings(connection: Connection, changed: Sequence[Changed], accounts: Collection[str]) -> None:
    """Keep what is worth telling of changes, inside the caller's transaction and before they are written themselves.

    Of removed accounts nothing is told.
    """
    troubles = _troubles(connection, changed)
    told = [
        what
        for each in changed
        if (what := troubles.tell(each.change, each.at)) is not None
        and what.account_id in accounts
        and is_key(what.model_class or "")
    ]
    if told:
        write_told(connection, told)


def _troubles(connection: Connection, changed: Sequence[Changed]) -> Troubles:
    """As the database has them before the changes."""
    if not any(isinstance(each.change, BenchCleared | AttentionNeeded) for each in changed):
        return Troubles((), ())
    benched = connection.execute(
        select(benches.c.account_id, benches.c.model_class).where(benches.c.until > changed[0].at)
    )
    needing = connection.scalars(select(attention.c.account_id).where(attention.c.reason != ""))
    return Troubles([(row.account_id, row.model_class) for row in benched], needing)
