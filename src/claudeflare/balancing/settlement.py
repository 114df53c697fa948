"""What an attempt's ending teaches about its account and its organization: the state column of the failover table.

`failover.next_step` decides what happens to the request; this decides what the next requests find.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from claudeflare.balancing import benches, ejection
from claudeflare.balancing.account import AccountState, Bench, BenchKind
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change
from claudeflare.balancing.lease import Lease
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
from claudeflare.formatting import login_command

States = Mapping[str, AccountState]
"""Account id -> state, of every account there is."""

LIMIT_WORDS: Final = {
    LimitKind.BUCKET: "requests or tokens per minute",
    LimitKind.WINDOW: "usage window is used up",
    LimitKind.RAMP: "traffic rose too sharply",
    LimitKind.WINDOWLESS: "repeatedly, without a stated window",
}
BENCH_KINDS: Final = {
    LimitKind.BUCKET: BenchKind.BUCKET,
    LimitKind.WINDOW: BenchKind.WINDOW,
    LimitKind.RAMP: BenchKind.RAMP,
}
REFUSED: Final = "credential refused"
"""Beginning of the reason for which an account is out whose credential the API does not take."""
LONGEST_QUOTE: Final = 300
"""Characters of an upstream message kept in a reason: it is shown in tables and sent to clients."""


def settle_outcome(lease: Lease, outcome: Outcome, states: States, now: float, jitter: float) -> list[Change]:
    """Update what is known of the lease's account and return what must survive a restart. `jitter` is in [0, 1)."""
    match outcome:
        case Served():
            return [] if lease.auxiliary else _served(lease, now)
        case ConnectFailed() | AnswerLost():
            ejection.record_failure(lease.state, lease.taken_at, now)
        case ServerError():
            if not lease.auxiliary:
                ejection.record_failure(lease.state, lease.taken_at, now)
        case Overloaded():
            if not lease.auxiliary:
                bench = Bench(now + benches.OVERLOAD_SECONDS, "the provider is overloaded", True, now)
                return _bench(lease.account.id, lease.state, "", bench)
        case RateLimited():
            return _rate_limited(lease, outcome, states, now, jitter)
        case SpendLimited():
            return _spend_limited(lease, outcome, states, now)
        case CredentialRefused():
            if not outcome.refreshable:
                reason = f"{REFUSED}: {_quote(outcome.message)}; give another: {login_command(lease.account.name)}"
                return _attention(lease, lease.account.id, lease.state, reason)
            # Whether an OAuth login is dead is for the token endpoint to say. Until then a token that is refused again
            # and again is a failing account.
            ejection.record_failure(lease.state, lease.taken_at, now)
        case AccountRefused():
            if not lease.auxiliary:
                return _attention(lease, lease.account.id, lease.state, f"refused: {_quote(outcome.message)}")
        case PolicyRefused():
            if outcome.on_hold:
                return _attention(lease, lease.account.id, lease.state, f"refused on policy: {_quote(outcome.message)}")
        case Rejected() | Interrupted() | ClientGone():
            pass
        case _:
            assert_never(outcome)
    return []


def _served(lease: Lease, now: float) -> list[Change]:
    """A good answer disproves failures, and every bench that was there when the attempt began."""
    state = lease.state
    ejection.record_success(state, lease.taken_at)
    state.windowless_limits = 0
    if not state.benches:
        return []
    changes: list[Change] = []
    for scope in ("", lease.model_class) if lease.model_class else ("",):
        bench = state.benches.get(scope)
        # A stream that began before the bench may end minutes after it, and says nothing about it.
        if bench is not None and bench.since < lease.taken_at:
            del state.benches[scope]
            if bench.until > now:
                changes.append(BenchCleared(lease.account.id, scope))
    return changes


def _rate_limited(lease: Lease, outcome: RateLimited, states: States, now: float, jitter: float) -> list[Change]:
    """Bench what the answer names, for as long as it says: a bucket of the organization, or a window of the account."""
    until = outcome.until
    if until is None and outcome.retry_after is not None:
        until = now + outcome.retry_after
    if outcome.kind is LimitKind.WINDOWLESS or until is None:
        return _windowless(lease, outcome, now)
    affected: Iterator[tuple[str, AccountState]] = iter([(lease.account.id, lease.state)])
    if outcome.kind is LimitKind.WINDOW:
        # Never shared: members of a team have windows of their own within one organization.
        until = benches.window_end(until, now, jitter)
    else:
        until = benches.bench_end(until, now)
        affected = _organization(lease, states)
    bench = Bench(until, _limit_reason(outcome, outcome.kind), since=now, kind=BENCH_KINDS[outcome.kind])
    return [change for id_, state in affected for change in _bench(id_, state, outcome.model_class, bench)]


def _windowless(lease: Lease, outcome: RateLimited, now: float) -> list[Change]:
    """A transient throttle, or a limit without a time: only when it comes again and again is the account benched."""
    state = lease.state
    current = state.benches.get(outcome.model_class)
    if current is not None and current.guess and lease.taken_at < current.since:
        return []  # one of many in flight when the throttle began: already answered for
    state.windowless_limits += 1
    seconds = benches.windowless_seconds(state.windowless_limits)
    if not seconds:
        return []
    bench = Bench(now + seconds, _limit_reason(outcome, LimitKind.WINDOWLESS), True, now)
    return _bench(lease.account.id, state, outcome.model_class, bench)


def _limit_reason(outcome: RateLimited, kind: LimitKind) -> str:
    scope = f" ({outcome.model_class})" if outcome.model_class else ""
    return f"rate limited{scope}: {LIMIT_WORDS[kind]}"


def _spend_limited(lease: Lease, outcome: SpendLimited, states: States, now: float) -> list[Change]:
    reason = f"spend limit: {_quote(outcome.message)}"
    changes: list[Change] = []
    for account_id, state in _organization(lease, states):
        if outcome.until is None:
            changes += _attention(lease, account_id, state, reason)
        else:
            until = benches.bench_end(outcome.until, now, benches.LONGEST_SPEND_SECONDS)
            changes += _bench(account_id, state, "", Bench(until, reason, since=now, kind=BenchKind.SPEND))
    return changes


def _organization(lease: Lease, states: States) -> Iterator[tuple[str, AccountState]]:
    """The lease's account and all that are known to be of its organization: the API limits organizations, not keys."""
    own = lease.state.organization_id
    for account_id, state in states.items():
        if state is lease.state or (own is not None and state.organization_id == own):
            yield account_id, state


def _bench(account_id: str, state: AccountState, model_class: str, bench: Bench) -> list[Change]:
    if not benches.place_bench(state, model_class, bench):
        return []
    return [Benched(account_id, model_class, bench.until, bench.reason, bench.guess)]


def _attention(lease: Lease, account_id: str, state: AccountState, reason: str) -> list[Change]:
    """Ask for a person, unless one has been asked for already or has just been here."""
    if state.attention is not None or lease.taken_at < state.trusted_since:
        return []
    state.attention = reason
    return [AttentionNeeded(account_id, reason)]


def _quote(message: str) -> str:
    return message if len(message) <= LONGEST_QUOTE else message[: LONGEST_QUOTE - 1] + "…"
