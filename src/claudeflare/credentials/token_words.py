"""How an account's credential stands, in words for its owner. Pure."""

from __future__ import annotations

from claudeflare.balancing.settlement import REFUSED
from claudeflare.credentials.refresh_decision import Trouble
from claudeflare.credentials.token_state import TokenState

NEEDS_LOGIN = "needs login"
"""Beginning of the reason for which such an account is out."""

REFUSED_STATUS = "refused"


def status_of(state: TokenState | None, trouble: Trouble, attention: str | None, now: float) -> str:
    """`valid`, `expired`, `needs login`, `refused` by the API, or `missing` when there is no credential to be used.

    `attention`: why a person has to look after the account, if one has to.
    """
    if state is None:
        return "missing"
    if state.refused or (attention or "").startswith(NEEDS_LOGIN):
        return NEEDS_LOGIN
    if (attention or "").startswith(REFUSED):
        return REFUSED_STATUS
    expired = state.expires_at is not None and now >= state.expires_at
    return "expired" if expired and (trouble.failures or not state.renewable) else "valid"
