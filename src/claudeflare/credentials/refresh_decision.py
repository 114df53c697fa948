"""Whether a token is to be renewed now, and if not, what whoever asks is told. Pure."""

from __future__ import annotations

from enum import Enum, auto
from math import inf
from typing import Final

import msgspec

from claudeflare.credentials.lifetime import renew_from
from claudeflare.credentials.token_reply import EndpointLimited, EndpointMisplaced
from claudeflare.credentials.token_state import TokenState
from claudeflare.providers.provider import Credential

FIRST_PAUSE_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 60.0
"""Between two tries of an endpoint in trouble: short against the life of a token, long for a server that is down."""
MISPLACED_PAUSE_SECONDS: Final = 300.0
"""Before the next try of what is no token endpoint: somebody has to correct a URL."""
REFUSED_AGAIN_SECONDS: Final = 30.0
"""If the API refuses a token so soon after one was renewed for its refusal, another new one will not help."""


class Wish(Enum):
    """Why somebody asks for a renewal."""

    DUE = auto()
    """Its time may be near."""
    EXPIRED = auto()
    """A request is waiting: the token may not be sent any more."""
    REFUSED = auto()
    """A request is waiting: the API has refused the token (401)."""
    OWNER = auto()
    """The owner wants a new one."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with an account's renewals since the last good one."""

    failures: int = 0
    until: float = 0.0
    """UTC epoch seconds before which it is not tried again."""
    since: float = 0.0
    """When the pause began, by the same clock."""
    words: str = ""
    refused_at: float = 0.0
    """When a token was last renewed because the API had refused the one before."""

    def pausing(self, now: float) -> bool:
        """Whether to leave the endpoint alone. A clock that was set back must not make that last for ever."""
        return self.since <= now < self.until


NO_TROUBLE: Final = Trouble()


class Renew(msgspec.Struct, frozen=True):
    """Ask the token endpoint."""


class Serve(msgspec.Struct, frozen=True):
    """Use this."""

    credential: Credential


class Refuse(msgspec.Struct, frozen=True):
    """There is nothing to use."""

    words: str
    login_needed: bool = False


def decide(state: TokenState, wish: Wish, seen: int | None, trouble: Trouble, now: float) -> Renew | Serve | Refuse:
    """What to do. `seen`: generation of the credential that whoever asks has; None: it does not matter."""
    credential = state.credential
    usable = credential.usable_until is None or now < credential.usable_until
    if seen is not None and seen != credential.generation and usable and not state.refused:
        return Serve(credential)  # renewed meanwhile
    if wish is Wish.OWNER:
        return Renew() if state.renewable else Refuse("There is nothing to renew: it is not renewed by Claudeflare.")
    if state.refused:
        return Refuse(state.refused, login_needed=True)
    if not state.renewable:
        return _not_renewable(state, wish, now)
    if wish is Wish.REFUSED:
        return _after_refusal(trouble, now)
    if wish is Wish.EXPIRED and usable:
        return Serve(credential)
    if wish is Wish.DUE and not is_due(state, NO_TROUBLE, now):
        return Serve(credential)
    return serve_on(state, trouble.words, now) if trouble.pausing(now) else Renew()


def serve_on(state: TokenState, words: str, now: float) -> Serve | Refuse:
    """The token as long as it lives, when it could not be renewed in time for `words`."""
    if state.expires_at is None or now < state.expires_at:
        return Serve(msgspec.structs.replace(state.credential, usable_until=state.expires_at))
    return Refuse(words)


def after_failure(trouble: Trouble, error: Exception, now: float, jitter: float) -> Trouble:
    """What is known after one more failure; `jitter` is in [0, 1)."""
    failures = trouble.failures + 1
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 16)) * (1.0 + jitter) / 2.0
    if isinstance(error, EndpointMisplaced):
        pause = MISPLACED_PAUSE_SECONDS
    if isinstance(error, EndpointLimited) and error.retry_after is not None:
        pause = max(pause, error.retry_after + jitter)
    return Trouble(failures=failures, since=now, until=now + pause, words=str(error))


def is_due(state: TokenState, trouble: Trouble, now: float) -> bool:
    """Whether it is time to renew it in advance."""
    if not state.renewable or state.refused or state.expires_at is None or trouble.pausing(now):
        return False
    return now >= renew_from(state.expires_at, state.lifetime)


def seconds_until_due(state: TokenState, trouble: Trouble, now: float) -> float:
    """How long that will take by itself; infinite: it will not."""
    if not state.renewable or state.refused or state.expires_at is None:
        return inf
    due = renew_from(state.expires_at, state.lifetime)
    return max(0.0, due - now, trouble.until - now if trouble.pausing(now) else 0.0)


def _not_renewable(state: TokenState, wish: Wish, now: float) -> Serve | Refuse:
    if wish is Wish.REFUSED:
        if state.expires_at is None and state.bearer:
            return Refuse("The API refused the token, which cannot be renewed.", login_needed=True)
        return Refuse("The API refused the token, and another program has to renew it.")
    return serve_on(state, "The token has expired, and another program has to renew it.", now)


def _after_refusal(trouble: Trouble, now: float) -> Renew | Refuse:
    if trouble.pausing(now):
        return Refuse(trouble.words)
    if 0.0 <= now - trouble.refused_at < REFUSED_AGAIN_SECONDS:
        return Refuse("The API refuses the account's token although it has just been renewed.")
    return Renew()
