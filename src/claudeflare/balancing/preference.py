"""Which of the accounts that may take a request should: those predicted to accept it, and not close to a limit.

A prediction orders, and delays those who can wait. It never turns a request away: only the API does.
"""

from __future__ import annotations

from typing import Final

from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.limits import is_close
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.survey import Survey
from claudeflare.balancing.token_estimates import Expected

EQUAL_SECONDS: Final = 1.0
"""Predicted waits this close together are the same."""
CLOSE: Final = Unavailable("close to a usage limit", guess=True)


def accepting(survey: Survey, model_class: str, expected: Expected, now: float) -> list[PolicyCandidate]:
    """Those free accounts that are predicted to accept a request now; of the others `survey.out` says until when."""
    output_tokens = expected.output
    out = survey.out
    everybody = True
    for candidate in survey.free:
        limits = candidate.state.buckets
        buckets = limits.get(model_class)
        if buckets is None:
            continue
        input_tokens = expected.warm if limits is expected.holder else expected.cold
        if (seconds := buckets.wait(input_tokens, output_tokens, now)) > 0.0:
            short_of = buckets.short_of(input_tokens, output_tokens, now)
            reason = f"predicted to refuse: too few {short_of} left this minute"
            out[candidate.account.id] = Unavailable(reason, now + seconds, guess=True)
            everybody = False
    return survey.free if everybody else [one for one in survey.free if one.account.id not in out]


def soonest(survey: Survey) -> list[PolicyCandidate]:
    """The free accounts with the shortest predicted wait, when nobody is predicted to accept."""
    untils = [survey.out[candidate.account.id].until or 0.0 for candidate in survey.free]
    latest = min(untils) + EQUAL_SECONDS
    return [candidate for candidate, until in zip(survey.free, untils, strict=True) if until <= latest]


def unhurried(
    survey: Survey, contenders: list[PolicyCandidate], bound: PolicyCandidate | None, model_class: str, now: float
) -> list[PolicyCandidate]:
    """Those of `contenders` that are not close to a usage limit, and the one the session is bound to; or else all."""
    close = [one for one in contenders if one is not bound and is_close(one.state, model_class, now)]
    if not close or len(close) == len(contenders):
        return contenders
    for one in close:
        survey.out.setdefault(one.account.id, CLOSE)
    return [one for one in contenders if one not in close]
