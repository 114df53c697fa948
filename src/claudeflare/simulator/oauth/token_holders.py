"""Which account a secret opens: a key of the accounts' list, or an access token that was issued here."""

from __future__ import annotations

from claudeflare.simulator.accounts import Accounts, SimulatedAccount
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.oauth.ledger import SignIn
from claudeflare.simulator.world import World

EXPIRED = "OAuth token has expired. Please obtain a new token or refresh your existing token."
REVOKED = "OAuth token has been revoked"


def opened_by(world: World, secret: str, now: float) -> SimulatedAccount | None:
    """The account, or None. Raises ApiError 401 for a token that no longer opens one."""
    sign_in = holder_of(world, secret, now)
    return world.accounts.by_key(secret) if sign_in is None else world.accounts.named(sign_in.account)


def holder_of(world: World, token: str, now: float) -> SignIn | None:
    """The sign-in an access token comes from; None: it was not issued here. Raises ApiError 401."""
    found = world.oauth.access_token(token)
    if found is None:
        return None
    if found.sign_in.revoked:
        raise ApiError(401, REVOKED)
    if now >= found.expires_at:
        raise ApiError(401, EXPIRED)
    return found.sign_in


def account_to_sign_in(accounts: Accounts, name: str, key_beginning: str) -> SimulatedAccount | None:
    """The account of this name; where every key is let in, one is made for a name that is new."""
    found = next((account for account in accounts if account.name == name), None)
    if found is None and accounts.open and name:
        found = SimulatedAccount(name=name, key=f"{key_beginning}{name}")
        accounts.put(found)
    return found
