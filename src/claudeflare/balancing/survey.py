"""Every account sorted by whether it can take one request, and the decision trace made of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from claudeflare.balancing.account import Account
from claudeflare.balancing.availability import Unavailable, why_unavailable
from claudeflare.balancing.decision import Candidate
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate

ALREADY_TRIED: Final = Unavailable("already tried")
NOT_ASKED_FOR: Final = Unavailable("another account was asked for")
NOT_ALLOWED: Final = Unavailable("not allowed for this client key")
LOWER_PRIORITY: Final = "lower priority"


class Survey:
    """All accounts, in the order they are configured in, for one request."""

    __slots__ = ("candidates", "free", "guessed", "out")

    def __init__(self, candidates: Collection[PolicyCandidate]) -> None:
        self.candidates = candidates
        self.free: list[PolicyCandidate] = []
        self.guessed: list[PolicyCandidate] = []
        """Out, but only by a guess."""
        self.out: dict[str, Unavailable] = {}
        """Account id -> reason, of all that are not free."""

    def __repr__(self) -> str:
        return f"<Survey of {len(self.candidates)}: {len(self.free)} free, {len(self.guessed)} out by a guess>"


def take_survey(
    candidates: Collection[PolicyCandidate], request: PickRequest, now: float, exclude: Collection[str]
) -> Survey:
    """Sort the accounts; those with their id in `exclude` have been tried by this request already."""
    survey = Survey(candidates)
    bound = request.bound
    for candidate in candidates:
        account = candidate.account
        unavailable: Unavailable | None
        if request.account is not None and account.name != request.account:
            unavailable = NOT_ASKED_FOR
        elif request.accounts is not None and account.id not in request.accounts:
            unavailable = NOT_ALLOWED
        elif bound is not None and account.id != bound.account_id:
            unavailable = bound.elsewhere()
        elif account.id in exclude:
            unavailable = ALREADY_TRIED
        else:
            unavailable = why_unavailable(account, candidate.state, request.model_class, now)
        if unavailable is None:
            survey.free.append(candidate)
            continue
        survey.out[account.id] = unavailable
        if unavailable.guess:
            survey.guessed.append(candidate)
    return survey


def trace(survey: Survey, contenders: Sequence[PolicyCandidate], choice: Choice | None) -> tuple[Candidate, ...]:
    """Everybody who was considered: with a score, or with the reason they were out."""
    chosen = None if choice is None else choice.candidate
    scores = {} if choice is None else choice.scores
    entries = []
    for candidate in survey.candidates:
        account = candidate.account
        out = survey.out.get(account.id)
        if out is not None:
            entries.append(Candidate(account.name, scores.get(account.id), out.reason, out.until, candidate is chosen))
        elif candidate in contenders:
            entries.append(Candidate(account.name, scores.get(account.id), None, None, candidate is chosen))
        else:
            entries.append(Candidate(account.name, None, LOWER_PRIORITY))
    return tuple(entries)


def reasons(survey: Survey, request: PickRequest, now: float) -> list[tuple[Account, Unavailable]]:
    """What is in the way of each account the request may use."""
    found = []
    for candidate in survey.candidates:
        account = candidate.account
        out = survey.out[account.id]
        if out is ALREADY_TRIED:
            # What the attempt has taught by now says more than that there was one.
            out = why_unavailable(account, candidate.state, request.model_class, now) or out
        elsewhere = request.bound is not None and account.id != request.bound.account_id
        if out is not NOT_ASKED_FOR and out is not NOT_ALLOWED and not elsewhere:
            found.append((account, out))
    return found


def earliest(unavailable: Iterable[tuple[Account, Unavailable]]) -> float | None:
    """UTC epoch seconds at which the first of them comes back by itself; None when that is not known."""
    return min((out.until for _, out in unavailable if out.until is not None), default=None)
