"""Sealed secrets of accounts: bytes nobody can read without the key. The only module that touches their table."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from claudeflare.balancing.change import Change
from claudeflare.errors import NotFound
from claudeflare.journal.records import Changed
from claudeflare.storage.database import Database
from claudeflare.storage.state import apply_changes
from claudeflare.storage.tables import account_secrets
from claudeflare.storage.upsert import upsert


class SealedSecret(msgspec.Struct, frozen=True):
    """One account's secret, encrypted."""

    key_id: str
    """Which key sealed it."""
    ciphertext: bytes
    generation: int = 0
    """Rises with every change of the secret."""


class SecretStore:
    """Secrets by account id. They go with their account when it is removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account_id: str) -> SealedSecret | None:
        """The account's secret; None when it has none."""
        return self._select(account_id).get(account_id)

    def all(self) -> dict[str, SealedSecret]:
        """Every account's secret."""
        return self._select(None)

    def put(
        self, account_id: str, key_id: str, ciphertext: bytes, learned: tuple[Change, float] | None = None
    ) -> SealedSecret:
        """Set the secret, whatever it was before. Raises `NotFound` when there is no such account.

        `learned`: a change that comes with it, and when; both hold or neither.
        """
        columns = account_secrets.c
        try:
            with self._database.write() as connection:
                generation = connection.scalar(select(columns.generation).where(columns.account_id == account_id))
                secret = SealedSecret(key_id, ciphertext, 0 if generation is None else generation + 1)
                upsert(connection, account_secrets, [_row(account_id, secret)])
                if learned is not None:
                    apply_changes(connection, [Changed(learned[1], learned[0])])
        except IntegrityError as error:
            raise NotFound(f"There is no account with the id {account_id}; it may have been removed.") from error
        return secret

    def replace(self, account_id: str, old: SealedSecret, key_id: str, ciphertext: bytes) -> SealedSecret | None:
        """Set the secret if it is still `old`; None when somebody else changed it meanwhile."""
        secret = SealedSecret(key_id, ciphertext, old.generation + 1)
        columns = account_secrets.c
        with self._database.write() as connection:
            result = connection.execute(
                update(account_secrets)
                .where(columns.account_id == account_id, columns.generation == old.generation)
                .values(_row(account_id, secret))
            )
        return secret if result.rowcount else None

    def seal_anew(self, account_id: str, old: SealedSecret, key_id: str, ciphertext: bytes) -> bool:
        """Keep the same secret sealed with another key; False when it is not `old` any more.

        The generation stays: to a gateway nothing has changed, and a refresh under way still replaces what it read.
        """
        columns = account_secrets.c
        with self._database.write() as connection:
            result = connection.execute(
                update(account_secrets)
                .where(
                    columns.account_id == account_id,
                    columns.generation == old.generation,
                    columns.ciphertext == old.ciphertext,
                )
                .values(key_id=key_id, ciphertext=ciphertext)
            )
        return bool(result.rowcount)

    def _select(self, account_id: str | None) -> dict[str, SealedSecret]:
        statement = select(account_secrets)
        if account_id is not None:
            statement = statement.where(account_secrets.c.account_id == account_id)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {row.account_id: SealedSecret(row.key_id, row.ciphertext, row.generation) for row in rows}


def insert_secret(connection: Connection, account_id: str, secret: SealedSecret) -> None:
    """Add the secret of an account that is being made, inside the caller's transaction."""
    connection.execute(insert(account_secrets).values(_row(account_id, secret)))


def _row(account_id: str, secret: SealedSecret) -> dict[str, object]:
    return {"account_id": account_id, **msgspec.structs.asdict(secret)}
