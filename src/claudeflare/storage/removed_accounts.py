"""Accounts by the name in their newest record: of those that are gone, or have another name by now."""

from __future__ import annotations

from sqlalchemy import Connection, select

from claudeflare.analytics.segments import ACCOUNT, EVERY
from claudeflare.storage.account_rules import name_key
from claudeflare.storage.rollup_tables import segments
from claudeflare.storage.tables import accounts, requests


def removed_account_names(connection: Connection) -> dict[str, str | None]:
    """Of accounts that are gone, by id. None: no record tells of it any more."""
    present = set(connection.scalars(select(accounts.c.id)))
    return {account_id: _last_name(connection, account_id) for account_id in _used(connection) - present}


def account_ids_once_named(connection: Connection, name: str) -> list[str]:
    """Of accounts whose newest record has this name."""
    key = name_key(name)
    found = {account_id: _last_name(connection, account_id) for account_id in _used(connection)}
    return [account_id for account_id, last in found.items() if last is not None and name_key(last) == key]


def _used(connection: Connection) -> set[str]:
    """Ids of accounts that ever had a request."""
    c = segments.c
    counted = select(c.account_id).where(c.kind.in_((ACCOUNT, EVERY)), c.account_id != "").distinct()
    return {each for each in connection.scalars(counted) if each is not None}


def _last_name(connection: Connection, account_id: str) -> str | None:
    # One step into an index for each: to look for a name would be to read every record.
    c = requests.c
    newest = select(c.account).where(c.account_id == account_id).order_by(c.started_at.desc(), c.id.desc()).limit(1)
    return connection.scalar(newest)
