"""How long a request waits for its session's account although another is free: as long as moving would cost more.

A conversation that moves has its whole prompt written into another cache: at twelve times the price of reading it, with
seconds more to the first byte, and out of limits that other requests need. Where there is plenty, that is soon worth
it. In a pool that is nearly used up moves beget moves: the simulated one of `make bench-limits` collapses without this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from claudeflare.balancing.account import BenchKind
from claudeflare.balancing.affinity import SessionBindings
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.lease import Exhausted, PickRequest
from claudeflare.balancing.limits import share_left
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.survey import Survey, trace

LONGEST_SECONDS: Final = 20.0
"""From a request's arrival, when nobody else has anything left."""
ALIVE_SECONDS: Final = 300.0
"""A session unused for longer has nothing left in a cache (API docs, prompt caching), and nothing to lose."""


def seconds_worth_waiting(others: Iterable[PolicyCandidate], model_class: str, now: float) -> float:
    """How long after its arrival a request still waits for its session's account, when these could take it instead."""
    most = max((share_left(one.state, model_class, now) for one in others), default=0.0)
    return LONGEST_SECONDS * (1.0 - most)


def home_of(request: PickRequest, bindings: SessionBindings, now: float) -> str | None:
    """Id of the account the request's session is bound to, and has something to lose by leaving; else None."""
    if request.account or request.bound or request.collection:
        return None
    alive = bindings.used_since(request.session, now - ALIVE_SECONDS)
    return bindings.lookup(request.session, now) if alive else None


def wait_at_home(
    survey: Survey, request: PickRequest, home_id: str, longest_until: float, policy: str
) -> Exhausted | None:
    """The answer to a request that had better wait for its session's account; None when it need not.

    `longest_until`: UTC epoch seconds; a wait beyond is not worth it.
    """
    out = survey.out.get(home_id)
    if out is None or out.until is None or out.until > longest_until:
        return None
    home = next((one for one in survey.candidates if one.account.id == home_id), None)
    if home is None or not (home in survey.free or _limited_by_the_minute(home, request.model_class, out.until)):
        return None
    why = f"the session's account {home.account.name} is expected to have room soon, and moving would cost more"
    pick = Pick(policy, why, trace(survey, (), None))
    return Exhausted([(home.account, out)], out.until, pick, short=True, home=home_id)


def _limited_by_the_minute(home: PolicyCandidate, model_class: str, until: float) -> bool:
    """By the API's word: what else takes an account out takes longer."""
    bench = home.state.benches.get(model_class)
    return bench is not None and bench.kind is BenchKind.BUCKET and bench.until == until
