"""Tells who sends a request by what it presents, and how long somebody who was often wrong has to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from claudeflare.access.caller import STRANGER, Caller, Kind
from claudeflare.access.control_token import ControlToken
from claudeflare.access.presented_token import bearer_token, session_cookies
from claudeflare.access.sessions import Sessions
from claudeflare.access.sign_in_codes import SignInCodes
from claudeflare.access.throttle import Throttle
from claudeflare.storage.sessions import SessionStore, StoredSession

UNGUESSABLE: Final = 32
"""Characters from which on no number of attempts finds a token; those made here have 43."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many were wrong: what was presented has not been looked at."""

    seconds: float


class Authentication:
    """Everything that opens the REST API."""

    def __init__(self, token: ControlToken, store: SessionStore) -> None:
        """Reads the sessions there are; raises `StorageError`."""
        self.sessions = Sessions(store)
        self.codes = SignInCodes()
        self._token = token
        self._throttle = Throttle()

    def still_admits(self, caller: Caller, since: str) -> bool:
        """Whether what let a caller in has not ended. `since` is the token of that time."""
        if caller.session_id is not None:
            return self.sessions.holds(caller.session_id)
        return caller.kind == STRANGER or since == self._token.value

    @property
    def token(self) -> str:
        """The control token."""
        return self._token.value

    def rotate(self) -> tuple[str, int]:
        """Make a new token: it, and how many sessions have ended with the old one. Raises `Conflict`."""
        token = self._token.rotate()
        self.codes.clear()
        return token, self.sessions.end_all()

    def identify(
        self, authorization: str | None, cookie: str | None, address: str | None, now: float
    ) -> tuple[Caller | Wait, StoredSession | None]:
        """Who it is, by a token if one is presented, else by a cookie; with the cookie's session."""
        presented = bearer_token(authorization)
        if presented is not None:
            wait = self.try_token(presented, address, now)
            if wait is None:
                return Caller(STRANGER, address), None
            return (Wait(wait) if wait else Caller(_kind(address), address)), None
        found = (self.sessions.find(secret, now) for secret in session_cookies(cookie))
        session = next((each for each in found if each is not None), None)
        if session is None:
            return Caller(STRANGER, address), None
        return Caller("session", address, session.id), session

    def try_token(self, candidate: str, address: str | None, now: float) -> float | None:
        """0: it is the control token; None: it is not; else the seconds until it would be looked at.

        Masses of attempts are of use against a short token only, one that the owner chose. The right long one is never
        kept waiting, whoever else is wrong from the same address.
        """
        if len(self._token.value) >= UNGUESSABLE and self._token.check(candidate):
            return 0.0
        if wait := self._throttle.take(address, now):
            return wait
        if not self._token.check(candidate):
            return None
        self._throttle.right(address)
        return 0.0

    def __repr__(self) -> str:
        return f"<Authentication by {self._token!r} and {self.sessions!r}>"


def _kind(address: str | None) -> Kind:
    # A gateway always says where a request comes from: without it, it comes from a command in this very process.
    return "token" if address is not None else "command line"
