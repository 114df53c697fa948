"""Accounts as their owner configured them."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from claudeflare.balancing.account import Account
from claudeflare.errors import Conflict, NotFound
from claudeflare.storage import account_rules
from claudeflare.storage.database import Database
from claudeflare.storage.removed_accounts import removed_account_names
from claudeflare.storage.secrets import SealedSecret, insert_secret
from claudeflare.storage.storable import is_key
from claudeflare.storage.tables import accounts


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make an account. The id is chosen here, because the secret is sealed to it beforehand."""

    name: str
    mode: str = "api-key"
    tier: int = 1
    priority: int = 0
    base_url: str | None = None
    reserve: float | None = None
    allow_extra_usage: bool | None = None
    paused: bool = False
    id: str = msgspec.field(default_factory=lambda: str(uuid.uuid4()))


class StoredAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account and when it was made."""

    account: Account
    created: float
    """UTC epoch seconds."""


class AccountStore:
    """Finds accounts by id or by name in any case. What it changes, it returns as it is afterwards.

    Raises `NotFound`, `Conflict` when a name is taken, `InvalidInput` by `account_rules`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[StoredAccount]:
        """Every account, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.created.desc(), accounts.c.name_key)).all()
        return [_stored(row) for row in rows]

    def removed_names(self) -> dict[str, str | None]:
        """Id -> last name of accounts that are gone and have requests; None where no record tells of it any more."""
        with self._database.read() as connection:
            return removed_account_names(connection)

    def get(self, id_or_name: str) -> StoredAccount:
        """One account."""
        with self._database.read() as connection:
            return _stored(_find(connection, id_or_name))

    def add(self, new: NewAccount, now: float, secret: SealedSecret | None = None) -> StoredAccount:
        """Make an account, with its secret if it has one, both or neither."""
        values = _values(new)
        name = str(values["name"])
        try:
            with self._database.write() as connection:
                connection.execute(insert(accounts).values({**values, "created": now}))
                if secret is not None:
                    insert_secret(connection, new.id, secret)
                return _stored(_find(connection, new.id))
        except IntegrityError as error:
            raise _name_taken(name) from error

    def check(self, new: NewAccount) -> None:
        """Raise what `add` would raise now, before somebody takes trouble over the account's secret."""
        name = str(_values(new)["name"])
        with self._database.read() as connection:
            if find_account_id(connection, name) is not None:
                raise _name_taken(name)

    def rename(self, id_or_name: str, name: str) -> StoredAccount:
        """Give the account another name; records made before show it too."""
        cleaned = account_rules.name(name)
        try:
            return self._change(id_or_name, name=cleaned, name_key=account_rules.name_key(cleaned))
        except IntegrityError as error:
            raise _name_taken(cleaned) from error

    def set_paused(self, id_or_name: str, paused: bool) -> StoredAccount:
        """Take the account out of use, or back in."""
        return self._change(id_or_name, paused=paused)

    def set_tier(self, id_or_name: str, tier: int) -> StoredAccount:
        """Set its relative capacity."""
        return self._change(id_or_name, tier=account_rules.tier(tier))

    def set_priority(self, id_or_name: str, priority: int) -> StoredAccount:
        """Set its priority group."""
        return self._change(id_or_name, priority=account_rules.priority(priority))

    def set_base_url(self, id_or_name: str, base_url: str | None) -> StoredAccount:
        """Set where its requests go; None: to the server's upstream."""
        return self._change(id_or_name, base_url=account_rules.base_url(base_url))

    def set_reserve(self, id_or_name: str, reserve: float | None) -> StoredAccount:
        """Set the share of a usage window from which it is left alone; None: as the server's setting says."""
        return self._change(id_or_name, reserve=account_rules.reserve(reserve))

    def set_allow_extra_usage(self, id_or_name: str, allow: bool | None) -> StoredAccount:
        """Set whether it may be used beyond its plan; None: as the server's setting says."""
        return self._change(id_or_name, allow_extra_usage=allow)

    def remove(self, id_or_name: str) -> StoredAccount:
        """Delete the account, its secret and what was learned about it. Its request records stay."""
        with self._database.write() as connection:
            removed = _stored(_find(connection, id_or_name))
            connection.execute(delete(accounts).where(accounts.c.id == removed.account.id))
        return removed

    def _change(self, id_or_name: str, **values: object) -> StoredAccount:
        with self._database.write() as connection:
            account_id = _find(connection, id_or_name).id
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
            return _stored(_find(connection, account_id))


def find_account_id(connection: Connection, name: str) -> str | None:
    """The id of the account of this name, inside the caller's transaction."""
    if not is_key(name):
        return None
    return connection.scalar(select(accounts.c.id).where(accounts.c.name_key == account_rules.name_key(name)))


def _values(new: NewAccount) -> dict[str, object]:
    name = account_rules.name(new.name)
    return {
        "id": new.id,
        "name": name,
        "name_key": account_rules.name_key(name),
        "provider": "anthropic",
        "mode": account_rules.mode(new.mode),
        "tier": account_rules.tier(new.tier),
        "priority": account_rules.priority(new.priority),
        "paused": new.paused,
        "base_url": account_rules.base_url(new.base_url),
        "reserve": account_rules.reserve(new.reserve),
        "allow_extra_usage": new.allow_extra_usage,
    }


def _find(connection: Connection, id_or_name: str) -> Row[Any]:
    # At most one row: no name looks like an id.
    matches = or_(accounts.c.id == id_or_name, accounts.c.name_key == account_rules.name_key(id_or_name))
    row = connection.execute(select(accounts).where(matches)).first() if is_key(id_or_name) else None
    if row is None:
        raise NotFound(f"There is no account {id_or_name!r}. `claudeflare list` shows all.")
    return row


def _stored(row: Row[Any]) -> StoredAccount:
    account = Account(
        id=row.id,
        name=row.name,
        provider=row.provider,
        mode=row.mode,
        tier=row.tier,
        priority=row.priority,
        paused=row.paused,
        base_url=row.base_url,
        reserve=row.reserve,
        allow_extra_usage=row.allow_extra_usage,
    )
    return StoredAccount(account=account, created=row.created)


def _name_taken(name: str) -> Conflict:
    return Conflict(
        f"There is an account named {name!r} already (upper and lower case count as equal). Choose another."
    )
