"""Which accounts a request was tried on before the one that answered it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, Row, select

from claudeflare.storage.chunks import chunks
from claudeflare.storage.tables import request_details


class Tried(Protocol):
    """What this needs of `journal.records.Attempt`."""

    @property
    def account_id(self) -> str: ...
    @property
    def account(self) -> str: ...


class _Attempt(msgspec.Struct):
    account_id: str = ""
    account: str = ""


class _Attempts(msgspec.Struct):
    """All that is read of the details: the rest may be long."""

    attempts: list[_Attempt] = []


_decoder: Final = msgspec.msgpack.Decoder(_Attempts)


def tried_accounts(attempts: Sequence[Tried], answered_by: str | None) -> tuple[str, ...]:
    """Names of the others, each once, in the order in which they were tried. The client's own credential has none."""
    names = {each.account_id: each.account for each in attempts if each.account_id not in ("", answered_by)}
    return tuple(names.values())


def tried_before(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, ...]]:
    """Request id -> what `tried_accounts` says, of those rows of `requests` that were moved.

    These are few, so that a page is as quick as without.
    """
    moved = {row.id: row.account_id for row in rows if row.failover_attempts}
    columns = request_details.c
    found: dict[str, tuple[str, ...]] = {}
    for ids in chunks(list(moved)):
        details = connection.execute(select(columns.request_id, columns.finished).where(columns.request_id.in_(ids)))
        for request_id, finished in details:
            found[request_id] = tried_accounts(_decoder.decode(finished).attempts, moved[request_id])
    return found
