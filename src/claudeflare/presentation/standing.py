"""How an account stands, in words and colour: the one wording of every command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import count_of, epoch, login_command, until

if TYPE_CHECKING:
    from rich.text import Text

    from claudeflare.client.resources import Account

OK = "ok"
MISSING = "missing"
"""Token status of an account whose credential is not there or does not open."""

NEEDS_LOGIN = "needs login"
"""Token status of an account to which somebody has to sign in again."""

REFUSED = "refused"
"""Token status of an account whose credential the API does not take."""


def standing(account: Account, now: float, zone: tzinfo | None) -> Text:
    """`● ok`, `● limited until 15:40 (41 min)`, `● needs attention`, `● paused`."""
    from rich.text import Text

    return Text.assemble(("● ", _color(account)), standing_words(account, now, zone))


def standing_words(account: Account, now: float, zone: tzinfo | None) -> str:
    """The same without its mark."""
    if account["tokenStatus"] == MISSING:
        return "no credential"
    if account["tokenStatus"] == NEEDS_LOGIN:
        return f"needs login: {account['needsLogin']}"
    if account["tokenStatus"] == REFUSED and account["rateLimitStatus"] == "needs attention":
        return f"refused: {login_command(account['name'])}"
    reset = epoch(account["rateLimitReset"])
    return account["rateLimitStatus"] + ("" if reset is None else f" {until(reset, now, zone)}")


def _serves(account: Account) -> bool:
    return account["rateLimitStatus"] == OK and account["tokenStatus"] not in (MISSING, NEEDS_LOGIN)


def _color(account: Account) -> str:
    status = account["rateLimitStatus"]
    if _serves(account):
        return "green"
    if status == "paused":
        return "dim"
    # `limited: opus` serves other models; `cooling down` is our own caution, and ends early where nothing else is left.
    return "yellow" if status == "cooling down" or status.startswith("limited:") else "red"


def sentence(accounts: Sequence[Account], now: float, zone: tzinfo | None) -> str:
    """The state of all accounts as a person would say it."""
    if not accounts:
        return "There is no account yet. Add one: claudeflare add NAME"
    troubled = [account for account in accounts if not _serves(account)]
    if not troubled:
        everyone = "The account is" if len(accounts) == 1 else f"All {len(accounts)} accounts are"
        return f"{everyone} available."
    reasons = ", ".join(f"{account['name']} {standing_words(account, now, zone)}" for account in troubled)
    return f"{len(accounts) - len(troubled)} of {count_of(len(accounts), 'account')} available: {reasons}."
