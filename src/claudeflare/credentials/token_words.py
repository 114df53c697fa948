"""How an account's credential stands, in words for its owner. Pure."""

from __future__ import annotations

from claudeflare.credentials.refresh_decision import Trouble
from claudeflare.credentials.token_state import TokenState

NEEDS_LOGIN = "needs login"
"""Beginning of the reason for which such an account is out."""


def status_of(state: TokenState | None, trouble: Trouble, attention: str | None, now: float) -> str:
    """`valid`, `expired`, `needs login`, or `missing` when there is no credential that can be used.

    `attention`: why a person has to look after the account, if one has to.
    """
    if state is None:
        return "missing"
    if state.refused or (attention or "").startswith(NEEDS_LOGIN):
        return NEEDS_LOGIN
    expired = state.expires_at is not None and now >= state.expires_at
    return "expired" if expired and (trouble.failures or not state.renewable) else "valid"
