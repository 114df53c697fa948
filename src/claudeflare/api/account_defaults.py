"""What the server's settings say for accounts that do not say it themselves."""

from __future__ import annotations

import msgspec

from claudeflare.balancing.account import Account
from claudeflare.settings import Settings


def effective(account: Account, settings: Settings) -> Account:
    """The account as it is used."""
    reserve = settings.account_reserve if account.reserve is None else account.reserve
    allow = settings.allow_extra_usage if account.allow_extra_usage is None else account.allow_extra_usage
    # None is what costs a gateway nothing to look at.
    return msgspec.structs.replace(
        account, reserve=reserve if reserve < 1.0 else None, allow_extra_usage=None if allow else False
    )
