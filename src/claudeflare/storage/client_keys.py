"""Client keys as their owner configured them."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from claudeflare.errors import Conflict, InvalidInput, NotFound
from claudeflare.quotas.client_key import ClientKey
from claudeflare.storage import account_rules, client_key_rules
from claudeflare.storage.client_key_tables import client_keys
from claudeflare.storage.database import Database
from claudeflare.storage.storable import is_key

LIMITS: Final = tuple(
    name for name in ClientKey.__struct_fields__ if name not in ("id", "name", "digest", "expires_at")
)
"""Fields of a key that are kept in one column."""


class StoredClientKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key and its history."""

    key: ClientKey
    ending: str
    created: float
    """UTC epoch seconds."""
    revoked_at: float | None = None


class ClientKeyStore:
    """Finds keys by id, or by name in any case. What it changes, it returns as it is afterwards.

    Raises `NotFound`, `Conflict` when a name is taken or a key is revoked, `InvalidInput` by `client_key_rules`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, after: str | None, limit: int, *, revoked: bool) -> tuple[list[StoredClientKey], str | None]:
        """One page, newest first, and the cursor of the next. `revoked`: those as well."""
        statement = select(client_keys).order_by(client_keys.c.created.desc(), client_keys.c.id.desc())
        if not revoked:
            statement = statement.where(client_keys.c.revoked_at.is_(None))
        if after is not None:
            created, key_id = _read_cursor(after)
            same = and_(client_keys.c.created == created, client_keys.c.id < key_id)
            statement = statement.where(or_(client_keys.c.created < created, same))
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(limit + 1)).all()
        page = [_stored(row) for row in rows[:limit]]
        more = len(rows) > limit
        return page, f"{page[-1].created!r},{page[-1].key.id}" if more else None

    def holding(self) -> list[ClientKey]:
        """Every key that is not revoked, expired ones among them."""
        statement = select(client_keys).where(client_keys.c.revoked_at.is_(None)).order_by(client_keys.c.id)
        with self._database.read() as connection:
            return [_stored(row).key for row in connection.execute(statement)]

    def get(self, id_or_name: str) -> StoredClientKey:
        """One key; of a name the one that holds, or else the last that did."""
        with self._database.read() as connection:
            return _stored(_find(connection, id_or_name))

    def add(self, new: ClientKey, ending: str, now: float) -> StoredClientKey:
        """Make a key; its id is chosen here."""
        key = msgspec.structs.replace(client_key_rules.checked(new), id=str(uuid.uuid4()))
        with self._database.write() as connection:
            name_key = account_rules.name_key(key.name)
            taken = and_(client_keys.c.name_key == name_key, client_keys.c.revoked_at.is_(None))
            if connection.scalar(select(client_keys.c.id).where(taken)) is not None:
                raise Conflict(
                    f"There is a client key named {key.name!r} already. Choose another name, or revoke it first: "
                    f"claudeflare keys revoke {key.name}"
                )
            values = {
                "id": key.id, "name": key.name, "name_key": name_key, "digest": key.digest.hex(), "ending": ending,
                "created": now, "expires_at": key.expires_at, "revoked_at": None, "limits": _limits(key),
            }  # fmt: skip
            connection.execute(insert(client_keys).values(**values))
            return _stored(_find(connection, key.id))

    def change(self, id_or_name: str, **changes: Any) -> StoredClientKey:
        """Change limits or `expires_at`; what is not named stays."""
        with self._database.write() as connection:
            stored = _stored(_find(connection, id_or_name))
            if stored.revoked_at is not None:
                raise Conflict(
                    f"The client key {stored.key.name!r} is revoked. Make a new one: claudeflare keys add NAME"
                )
            key = client_key_rules.checked(msgspec.structs.replace(stored.key, **changes))
            values = {"expires_at": key.expires_at, "limits": _limits(key)}
            connection.execute(update(client_keys).where(client_keys.c.id == key.id).values(**values))
            return _stored(_find(connection, key.id))

    def revoke(self, id_or_name: str, now: float) -> StoredClientKey:
        """Let a key open nothing any more, for good. Revoked twice, the first time counts."""
        with self._database.write() as connection:
            stored = _stored(_find(connection, id_or_name))
            if stored.revoked_at is None:
                its = client_keys.c.id == stored.key.id
                connection.execute(update(client_keys).where(its).values(revoked_at=now))
            return _stored(_find(connection, stored.key.id))


def _find(connection: Connection, id_or_name: str) -> Row[Any]:
    matches = or_(client_keys.c.id == id_or_name, client_keys.c.name_key == account_rules.name_key(id_or_name))
    newest = client_keys.c.revoked_at.is_(None).desc(), client_keys.c.created.desc()
    statement = select(client_keys).where(matches).order_by(*newest)
    row = connection.execute(statement).first() if is_key(id_or_name) else None
    if row is None:
        raise NotFound(f"There is no client key {id_or_name!r}. `claudeflare keys list` shows all.")
    return row


def _stored(row: Row[Any]) -> StoredClientKey:
    its = {"id": row.id, "name": row.name, "expires_at": row.expires_at}
    key = msgspec.convert(msgspec.json.decode(row.limits) | its | {"digest": b""}, ClientKey)
    key = msgspec.structs.replace(key, digest=bytes.fromhex(row.digest))
    return StoredClientKey(key=key, ending=row.ending, created=row.created, revoked_at=row.revoked_at)


def _limits(key: ClientKey) -> str:
    return msgspec.json.encode({name: getattr(key, name) for name in LIMITS}).decode()


def _read_cursor(cursor: str) -> tuple[float, str]:
    created, _, key_id = cursor.partition(",")
    try:
        return float(created), key_id
    except ValueError:
        raise InvalidInput(f"{cursor!r} is not a cursor; take it from the x-next-cursor of the page before.") from None
