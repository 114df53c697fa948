"""When a session's requests went to another account than before, and why: read from requests and their explanations."""

from __future__ import annotations

from itertools import pairwise

import msgspec

from claudeflare.client.resources import Json, Request
from claudeflare.formatting import epoch

_OUTCOMES = {"rate_limited": "rate limited", "overloaded": "overloaded"}


class Move(msgspec.Struct, frozen=True):
    """One change of account."""

    at: float
    """UTC epoch seconds."""
    session: str
    origin: str
    target: str
    why: str
    in_request: bool
    """An attempt of the request had failed; otherwise the account was known to be out."""


class Journeys:
    """Which account each session was with last."""

    def __init__(self) -> None:
        self._accounts: dict[str, str] = {}

    def account_of(self, session: str | None) -> str | None:
        """The account the session was with; None when that is not known."""
        return None if session is None else self._accounts.get(session)

    def note(self, request: Request) -> None:
        """Remember where this request's session is now."""
        session, account = request["sessionId"], request["accountUsed"]
        if session is not None and account is not None:
            self._accounts[session] = account


def may_have_moved(request: Request, before: str | None) -> bool:
    """Whether it is worth asking for the explanation."""
    return request["failoverAttempts"] > 0 or before not in (None, request["accountUsed"])


def moves_of(request: Request, explanation: Json, before: str | None) -> list[Move]:
    """The request's moves: away from an account that was known to be out, then from attempt to attempt."""
    at, session = epoch(request["timestamp"]) or 0.0, request["sessionId"] or "–"
    picks = [step["pick"] for step in explanation["steps"] if step["pick"]]
    attempts = [step["attempt"] for step in explanation["steps"] if step["attempt"]]
    moves = []
    if picks and attempts and before is not None:
        reason = next((each["out"] for each in picks[0]["candidates"] if each["account"] == before), None)
        if reason and attempts[0]["account"] != before:
            moves.append(Move(at, session, before, attempts[0]["account"], reason, in_request=False))
    for failed, following in pairwise(attempts):
        if failed["account"] != following["account"]:
            why = _why(failed)
            moves.append(Move(at, session, failed["account"], following["account"], why, in_request=True))
    return moves


def _why(attempt: Json) -> str:
    words = _OUTCOMES.get(attempt["outcome"], str(attempt["outcome"]).replace("_", " "))
    return words if attempt["status"] is None else f"{attempt['status']} {words}"
