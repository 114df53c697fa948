"""Whether an account can take a request now, and if not, why and until when. The only place that knows."""

from __future__ import annotations

import msgspec

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.windows import in_force


class Unavailable(msgspec.Struct, frozen=True):
    """An account is out."""

    reason: str
    """Words for a person, without a time in them: `until` carries it."""
    until: float | None = None
    """UTC epoch seconds at which it comes back by itself; None when somebody has to act."""
    guess: bool = False
    """Nobody said so, we are only cautious: when everybody else is out too, such an account is tried anyway."""


PAUSED = Unavailable("paused by its owner")


def why_unavailable(account: Account, state: AccountState, model_class: str, now: float) -> Unavailable | None:
    """The reason this account cannot take a request for `model_class` now, or None when it can.

    A person's decision comes first, then what a person wants spared, what the API stated, our own guesses; among
    equals the one that holds longest, so that `until` is when this kind of reason is gone.
    """
    if account.paused:
        return PAUSED
    if state.attention is not None:
        return Unavailable(f"needs attention: {state.attention}")
    if state.windows and (account.reserve is not None or account.allow_extra_usage is False):
        spared = _spared(account, state, model_class, now)
        if spared is not None:
            return spared
    longest = None
    if state.ejected_until > now:
        longest = Unavailable(
            f"ejected after {state.consecutive_failures} failures in a row", state.ejected_until, guess=True
        )
    return _benched(state, model_class, now, longest) if state.benches else longest


def _benched(state: AccountState, model_class: str, now: float, longest: Unavailable | None) -> Unavailable | None:
    """`longest` (the ejection, if there is one), or the bench of the account or model class that outranks it."""
    rank = (False, state.ejected_until)
    for scope in ("", model_class) if model_class else ("",):
        bench = state.benches.get(scope)
        if bench is None or bench.until <= now:
            continue
        if (not bench.guess, bench.until) > rank:
            longest = Unavailable(bench.reason, bench.until, bench.guess)
            rank = (not bench.guess, bench.until)
    return longest


def _spared(account: Account, state: AccountState, model_class: str, now: float) -> Unavailable | None:
    """What the owner wants left alone: a window used up to the reserve, or one beyond which usage is paid for extra."""
    longest = None
    for window in in_force(state.windows, model_class, now):
        if account.allow_extra_usage is False and (window.exhausted or state.extra_usage_until > now):
            reason = f"the {window.name} window is used up, and extra usage is not allowed"
        elif account.reserve is not None and window.used >= account.reserve and account.reserve < 1.0:
            reason = f"{window.used:.0%} of the {window.name} window is used, and the rest is kept in reserve"
        else:
            continue
        if longest is None or longest.until is None or window.resets_at > longest.until:
            longest = Unavailable(reason, window.resets_at)
    return longest
