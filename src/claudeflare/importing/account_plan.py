"""Which accounts of a file are taken over, under which names, and whose the requests of the others are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from claudeflare.errors import InvalidInput
from claudeflare.importing.old_accounts import OldAccount
from claudeflare.importing.old_requests import AccountHere
from claudeflare.storage import account_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one account of the file."""

    old: OldAccount
    name: str | None
    """Under which it is taken; None: it is not."""
    why_not: str = ""
    history: AccountHere
    """Whose its requests are here."""


def plan(
    old: Sequence[OldAccount], present: Iterable[AccountHere], *, take: bool = True, rename: bool = False
) -> list[Decision]:
    """Decide on each, in the order given. `present`: the accounts that are here already.

    One whose name is taken counts as the account of that name, unless `rename` lets it have another. With `take` off
    none is taken, and requests still find their accounts.
    """
    ids = {each.id: each for each in present}
    names = {account_rules.name_key(each.name or ""): each for each in ids.values()}
    decisions = []
    for account in old:
        decision = _decide(account, ids, names, rename)
        if not take and decision.name is not None:
            decision = Decision(old=account, name=None, why_not="accounts are left out", history=decision.history)
        if decision.name is not None:
            names[account_rules.name_key(decision.name)] = decision.history
        decisions.append(decision)
    return decisions


def _decide(account: OldAccount, ids: dict[str, AccountHere], names: dict[str, AccountHere], rename: bool) -> Decision:
    own = AccountHere(account.id, account.name[: account_rules.NAME_LENGTH] or None)
    if account.id in ids:
        here = ids[account.id]
        return Decision(old=account, name=None, why_not=f"it was imported before, and is {here.name}", history=here)
    if account.mode is None:
        return Decision(old=account, name=None, why_not=account.why_not, history=own)
    try:
        name = account_rules.name(account.name)
        account_rules.priority(account.priority)
        account_rules.base_url(account.base_url)
    except InvalidInput as error:
        return Decision(old=account, name=None, why_not=str(error), history=own)
    taken = names.get(account_rules.name_key(name))
    if taken is None or rename:
        free = name if taken is None else _free(name, names)
        return Decision(old=account, name=free, history=AccountHere(account.id, free))
    if taken.id in ids:
        return Decision(
            old=account, name=None, why_not=f"there is an account {taken.name}, which gets its requests", history=taken
        )
    why_not = "another account of the file has this name"
    return Decision(old=account, name=None, why_not=why_not, history=own)


def _free(name: str, names: dict[str, AccountHere]) -> str:
    """The first of `name-2`, `name-3`, … that nobody has."""
    for number in count(2):
        ending = f"-{number}"
        candidate = name[: account_rules.NAME_LENGTH - len(ending)] + ending
        if account_rules.name_key(candidate) not in names:
            return candidate
    raise AssertionError("numbers do not end")
