"""What happens to a request after an attempt has ended: the one place where trying again is decided."""

from __future__ import annotations

from math import inf
from typing import Final, assert_never

import msgspec

from claudeflare.balancing.outcome import (
    AccountRefused,
    AnswerLost,
    ClientGone,
    ConnectFailed,
    CredentialRefused,
    Interrupted,
    LimitKind,
    Outcome,
    Overloaded,
    PolicyRefused,
    RateLimited,
    Rejected,
    Served,
    ServerError,
    SpendLimited,
)

ATTEMPTS_PER_ACCOUNT: Final = 2
"""One retry on the same account; what fails twice there is better tried elsewhere."""
PAUSE_LIMIT_SECONDS: Final = 1.0
"""Longest pause before that retry, unless the owner's own first delay is longer."""
OVERLOAD_FACTOR: Final = 3.0
"""An overloaded provider gets pauses three times as long: full jitter up to 3 s by default."""
PATIENCE_SECONDS: Final = 5.0
"""Longest `retry-after` of a 429 without a window that is waited out for a request with nowhere else to go."""

FIRST_PAUSE_SECONDS: Final = 0.25
"""Before a request goes on that the same account has limited twice; doubles each time up to `PATIENCE_SECONDS`."""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request stands when one of its attempts has ended."""

    attempts_here: int = 1
    """Attempts on this account, this one included."""
    counted_attempts: int = 0
    """Attempts on any account that failed by 5xx, 529 or connection, this one included."""
    another_available: bool
    """An account that this request has not tried could take it now."""
    committed: bool = False
    """Bytes of an answer have reached the client."""
    replayable: bool = True
    """The body can be sent again."""
    pinned: bool = False
    """The request names something that exists in this account only (a batch, a file, …)."""
    seeking: bool = False
    """It reads something of which nobody knows what account holds it: that this one does not says no more than that."""
    auxiliary: bool = False
    """See `RequestFacts.auxiliary`: an error of such an endpoint is its answer."""
    refreshed: bool = False
    """The credential has been refreshed for this request already."""
    may_wait: bool = False
    """It goes through accounts of ours; the caller's own credential has no queue."""
    elapsed: float = 0.0
    """Seconds since the request's start, less those it has waited in the queue."""
    stay_seconds: float = 0.0
    """How long it had better wait for this account than go to another: its session's prompt cache is here."""
    limited_again: int = 0
    """How often an account has limited it that had limited it before."""


class RetryRules(msgspec.Struct, frozen=True, kw_only=True):
    """The owner's settings."""

    attempts: int = 3
    """Attempts that may fail by 5xx, 529 or connection. Those that end in a limit or a refusal are not counted."""
    delay_seconds: float = 1.0
    """First back-off."""
    backoff: float = 2.0
    """Factor from one back-off to the next."""
    start_deadline: float = 120.0
    """Seconds after the request's start in which its last attempt may begin; time in the queue does not count."""


class Relay(msgspec.Struct, frozen=True, tag=True):
    """Send this answer to the client as it is."""


class RetryHere(msgspec.Struct, frozen=True, tag=True):
    """Wait, then try again under the same lease."""

    delay: float
    """Seconds."""


class TryAnother(msgspec.Struct, frozen=True, tag=True):
    """Settle the lease, wait, then take an account this request has not tried.

    When that finds none after all (settling may bench the whole organization), do as for `Relay` if there is an answer
    and as for `AnswerForUpstream` if not.
    """

    delay: float
    """Seconds."""


class Wait(msgspec.Struct, frozen=True, tag=True):
    """Settle the lease, pause, then wait in the queue for an account that a limit alone keeps out, this one included.

    When waiting cannot help do as for `Relay`, unless our own answer knows more: when the first account comes back.
    """

    delay: float
    """Seconds."""


class RefreshThenRetry(msgspec.Struct, frozen=True, tag=True):
    """Have the credential refreshed, then try again under the same lease."""


class AnswerForUpstream(msgspec.Struct, frozen=True, tag=True):
    """There is no upstream answer: the gateway answers 502 itself."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Nothing can be sent any more: the client left, or part of an answer is already with it."""


Step = Relay | RetryHere | TryAnother | Wait | RefreshThenRetry | AnswerForUpstream | Stop


def next_step(outcome: Outcome, situation: Situation, rules: RetryRules, jitter: float) -> Step:
    """What to do after `outcome`. `jitter` is in [0, 1)."""
    if situation.committed:
        return Stop()
    match outcome:
        case ClientGone() | Interrupted():
            return Stop()
        case Rejected(status=404) if situation.seeking:
            return _another(situation, rules) or Relay()
        case Served() | PolicyRefused() | Rejected():
            return Relay()
        case ConnectFailed():
            return _retry(situation, rules, 0.0) or _another_counted(situation, rules) or AnswerForUpstream()
        case AnswerLost():
            return _another_counted(situation, rules) or AnswerForUpstream()
        case ServerError() | Overloaded():
            return _after_server_error(outcome, situation, rules, jitter)
        case RateLimited():
            return (
                _stay(outcome, situation, rules, jitter)
                or _another(situation, rules)
                or _wait_out(outcome, situation, rules)
                or _wait(outcome, situation, rules, jitter)
                or Relay()
            )
        case SpendLimited():
            return _another(situation, rules) or Relay()
        case CredentialRefused():
            return _refresh(outcome, situation, rules) or _another(situation, rules) or Relay()
        case AccountRefused():
            return Relay() if situation.auxiliary else _another(situation, rules) or Relay()
        case _:
            assert_never(outcome)


def _another(situation: Situation, rules: RetryRules) -> TryAnother | None:
    """Another account, at once: waiting gives an account time to recover, and this one has not failed."""
    possible = situation.another_available and situation.replayable and not situation.pinned
    return TryAnother(0.0) if possible and situation.elapsed <= rules.start_deadline else None


def _another_counted(situation: Situation, rules: RetryRules) -> TryAnother | None:
    """The same after a failure that counts against the number of attempts."""
    return _another(situation, rules) if situation.counted_attempts < rules.attempts else None


def _retry(situation: Situation, rules: RetryRules, delay: float) -> RetryHere | None:
    """The one retry on the same account, after a failure that counts."""
    possible = (
        situation.replayable
        and situation.attempts_here < ATTEMPTS_PER_ACCOUNT
        and situation.counted_attempts < rules.attempts
        and situation.elapsed + delay <= rules.start_deadline
    )
    return RetryHere(delay) if possible else None


def _after_server_error(
    outcome: ServerError | Overloaded, situation: Situation, rules: RetryRules, jitter: float
) -> Step:
    if situation.auxiliary:
        return Relay()
    backoff = rules.delay_seconds * rules.backoff ** max(situation.counted_attempts - 1, 0)
    delay = jitter * min(backoff, max(PAUSE_LIMIT_SECONDS, rules.delay_seconds))
    if isinstance(outcome, Overloaded):
        delay *= OVERLOAD_FACTOR
    return _retry(situation, rules, delay) or _another_counted(situation, rules) or Relay()


def _stay(outcome: RateLimited, situation: Situation, rules: RetryRules, jitter: float) -> Wait | None:
    """The session's account is back so soon that moving would cost more."""
    soon = outcome.kind is LimitKind.BUCKET and (outcome.retry_after or inf) <= situation.stay_seconds
    return _wait(outcome, situation, rules, jitter) if soon else None


def _wait_out(outcome: RateLimited, situation: Situation, rules: RetryRules) -> RetryHere | None:
    """A short, stated wait for a transient 429 when there is nowhere else to go; once."""
    delay = outcome.retry_after
    if outcome.kind is not LimitKind.WINDOWLESS or delay is None or not 0.0 <= delay <= PATIENCE_SECONDS:
        return None
    if not situation.replayable or situation.attempts_here >= ATTEMPTS_PER_ACCOUNT:
        return None
    return RetryHere(delay) if situation.elapsed + delay <= rules.start_deadline else None


def _wait(outcome: RateLimited, situation: Situation, rules: RetryRules, jitter: float) -> Wait | None:
    """Capacity returns at a stated time; the queue knows whether that is soon enough to wait for.

    A request that is limited again by the same account pauses longer each time: what let it go was mistaken about it.
    """
    stated = outcome.kind is not LimitKind.WINDOWLESS and (outcome.until, outcome.retry_after) != (None, None)
    delay = 0.0
    if situation.limited_again:
        longest = min(FIRST_PAUSE_SECONDS * 2.0 ** min(situation.limited_again - 1, 16), PATIENCE_SECONDS)
        delay = longest * (1.0 + jitter) / 2.0
    in_time = situation.elapsed + delay <= rules.start_deadline
    possible = stated and situation.may_wait and situation.replayable and in_time
    return Wait(delay) if possible else None


def _refresh(outcome: CredentialRefused, situation: Situation, rules: RetryRules) -> RefreshThenRetry | None:
    possible = outcome.refreshable and not situation.refreshed and situation.replayable
    return RefreshThenRetry() if possible and situation.elapsed <= rules.start_deadline else None
