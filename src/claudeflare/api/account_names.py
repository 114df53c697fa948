"""Names of accounts by id and the reverse, those of removed ones included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from claudeflare.storage.account_rules import name_key
from claudeflare.storage.accounts import AccountStore


class AccountNames(NamedTuple):
    """As of one moment."""

    by_id: dict[str, str | None]
    """None: no record tells of its name any more."""
    ids_by_key: dict[str, list[str]]
    """Removed accounts may have had the same name."""

    @classmethod
    def of(cls, accounts: AccountStore) -> AccountNames:
        """Of those there are and those there were."""
        present = {each.account.id: each.account.name for each in accounts.list()}
        removed = accounts.removed_names()
        ids_by_key = {name_key(name): [account_id] for account_id, name in present.items()}
        for account_id, name in removed.items():
            # The name of an account that is there means that one alone.
            if name is not None and ids_by_key.get(name_key(name), [""])[0] not in present:
                ids_by_key.setdefault(name_key(name), []).append(account_id)
        return cls({**present, **removed}, ids_by_key)

    def ids(self, names: Iterable[str]) -> list[str]:
        """Of accounts by name or id; of nobody's name there are none."""
        return [
            account_id
            for name in names
            for account_id in ([name] if name in self.by_id else self.ids_by_key.get(name_key(name), []))
        ]
