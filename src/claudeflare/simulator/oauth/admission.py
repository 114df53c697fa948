"""Who is let in to the OAuth side's routes: anybody who signs in, and whoever holds a token."""

from __future__ import annotations

from collections.abc import Callable

from claudeflare.simulator.accounts import SimulatedAccount
from claudeflare.simulator.betas import OAUTH
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.oauth.token_holders import holder_of, opened_by
from claudeflare.simulator.visit import Visit

NOBODY = SimulatedAccount(name="", key="sk-ant-oat01-")
"""Whoever has not yet said who they are; faults strike them all the same."""


def anybody(visit: Visit, raw: bytes) -> bytes:
    """No credential is needed; faults for an account strike when the account is known. Raises ApiError."""
    return visit.decode(raw)


def holder_with(scope: str, *, beta: bool = False) -> Callable[[Visit, bytes], bytes]:
    """Let in bearer tokens that may do this; no API version is needed, and the OAuth beta where it says so."""

    def admit(visit: Visit, raw: bytes) -> bytes:
        kind, _, token = visit.headers.get("authorization", "").partition(" ")
        account = opened_by(visit.world, token.strip(), visit.now) if kind.lower() == "bearer" else None
        if account is None or (beta and OAUTH not in visit.betas):
            raise ApiError(401, "Invalid bearer token" if account is None else "OAuth authentication is not supported.")
        visit.recognize(account)
        visit.meet_faults(account, path_named=True)
        sign_in = holder_of(visit.world, token.strip(), visit.now)
        # A token from the accounts' list is like one of a year: for inference alone.
        if scope not in (sign_in.scopes if sign_in is not None else ("user:inference",)):
            raise ApiError(403, f"OAuth token does not meet scope requirement {scope}")
        return visit.decode(raw)

    return admit
