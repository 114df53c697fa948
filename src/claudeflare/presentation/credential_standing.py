"""How what opens an account stands, and what follows from that: one wording for command line and terminal UI."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import epoch, until
from claudeflare.presentation.standing import MISSING, NEEDS_LOGIN, REFUSED

if TYPE_CHECKING:
    from claudeflare.client.resources import Account


def credential_words(account: Account, now: float, zone: tzinfo | None) -> str:
    """`valid until 18:10 (30 min), renewed before`, `needs login: claudeflare login work`."""
    if account["needsLogin"]:
        return f"needs login: {account['needsLogin']}"
    if account["tokenStatus"] == MISSING:
        return "missing or unreadable: give it one"
    if account["tokenStatus"] == REFUSED:
        return "refused by the API: give it another"
    if account["tokenTrouble"]:
        return f"{account['tokenStatus']}; not renewed just now, tried again: {account['tokenTrouble']}"
    if account["tokenStatus"] == "expired":
        return "expired; " + ("renewed before its next use" if account["tokenRenewed"] else _keeper(account["mode"]))
    return _validity(account, now, zone)


def is_bad(account: Account) -> bool:
    """Whether somebody has to give it another credential, or sign in again."""
    return account["tokenStatus"] in (MISSING, NEEDS_LOGIN, REFUSED)


def _validity(account: Account, now: float, zone: tzinfo | None) -> str:
    words = account["tokenStatus"] or "none"
    if account["tokenRenewed"] is None:
        return f"{words}, does not end by itself"
    end = epoch(account["tokenExpires"])
    if end is not None:
        words += f" {until(end, now, zone)}"
    return f"{words}, " + ("renewed before" if account["tokenRenewed"] else _keeper(account["mode"]))


def _keeper(mode: str) -> str:
    return "renewed by the program that owns the profile" if mode == "profile" else "renewed by nobody"
