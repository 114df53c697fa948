"""The accounts there are and what is known of them: who takes a request, and what its ending means for the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from math import inf, nextafter

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.affinity import DEFAULT_SESSION_SECONDS, SessionBindings
from claudeflare.balancing.availability import why_unavailable
from claudeflare.balancing.change import Change, OrganizationLearned, SessionBound
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.learning import apply_change
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import Outcome
from claudeflare.balancing.policies.named import make_policy
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate
from claudeflare.balancing.settlement import settle_outcome
from claudeflare.balancing.survey import earliest, reasons, take_survey, trace


class AccountPool:
    """Owner of this process's `AccountState`. Its mutable state: accounts, their states, bindings, the policy."""

    def __init__(
        self,
        policy: str = "session",
        session_seconds: float = DEFAULT_SESSION_SECONDS,
        *,
        binding_outranks_priority: bool = True,
    ) -> None:
        """An empty pool.

        `binding_outranks_priority`: a session stays on its available account although one of a better priority is
        free; moving it would lose its prompt cache. False: it moves as soon as a better one is free.
        """
        self._binding_outranks_priority = binding_outranks_priority
        self._policy = make_policy(policy)
        self._bindings = SessionBindings(session_seconds)
        self._states: dict[str, AccountState] = {}
        """Also of accounts that changes have named before any configuration did."""
        self._candidates: dict[str, PolicyCandidate] = {}
        self._single_priority = True
        self._latest_now = 0.0
        self._latest_use = 0.0

    def configure(self, accounts: Sequence[Account], policy: str, session_seconds: float) -> None:
        """Take the owner's accounts and settings, whole. Known accounts keep their state, absent ones are dropped."""
        if policy != self._policy.name:
            self._policy = make_policy(policy)
        self._policy.keep_only({account.id for account in accounts})
        self._bindings.session_seconds = session_seconds
        self._states = {account.id: self._states.get(account.id) or AccountState() for account in accounts}
        self._candidates = {account.id: PolicyCandidate(account, self._states[account.id]) for account in accounts}
        self._single_priority = len({account.priority for account in accounts}) <= 1

    def apply(self, changes: Iterable[Change], now: float) -> None:
        """Take over durable state, and what other workers or the owner changed. May come before `configure`."""
        self._latest_now = now
        for change in changes:
            if isinstance(change, SessionBound):
                self._bindings.load((change,))
            else:
                apply_change(self._states.setdefault(change.account_id, AccountState()), change, now)

    def acquire(self, request: PickRequest, now: float, exclude: Collection[str] = ()) -> Acquired | Exhausted:
        """Take an account for a request. `exclude`: ids of accounts it has tried already.

        When every account left is out by a guess (ejected, or benched without the API having said so), the policy
        picks among those: a guess must never turn a request away.
        """
        self._latest_now = now
        survey = take_survey(self._candidates.values(), request, now, exclude)
        contenders = survey.free or survey.guessed
        if not contenders:
            unavailable = reasons(survey, request, now)
            why = "no account is available" if self._candidates else "no account is configured"
            return Exhausted(unavailable, earliest(unavailable), Pick(self._policy.name, why, trace(survey, (), None)))
        choice, contenders = self._choose(contenders, request, now)
        chosen = choice.candidate
        why = choice.why if survey.free else f"nobody is free, so one that is out by a guess is used: {choice.why}"
        pick = Pick(self._policy.name, why, trace(survey, contenders, choice))
        changes: list[Change] = []
        if self._policy.sticky and request.account is None:
            bound = self._bindings.bind(request.session, chosen.account.id, now)
            if bound is not None:
                changes.append(bound)
        chosen.state.in_flight += 1
        chosen.state.last_used = self._latest_use = max(now, nextafter(self._latest_use, inf))
        lease = Lease(chosen.account, now, request.model_class, request.auxiliary, chosen.state)
        return Acquired(lease, pick, changes)

    def another_available(self, request: PickRequest, now: float, exclude: Collection[str]) -> bool:
        """Whether `acquire` would find an account. Ask with the current one in `exclude`."""
        survey = take_survey(self._candidates.values(), request, now, exclude)
        return bool(survey.free or survey.guessed)

    def settle(self, lease: Lease, outcome: Outcome, now: float, jitter: float) -> list[Change]:
        """End a lease, exactly once, with the outcome of its last attempt. `jitter` is in [0, 1).

        Raises `RuntimeError` on a second call. A lease on an account that was removed meanwhile ends without effect.
        """
        if lease.settled:
            raise RuntimeError(f"{lease!r} was settled twice: settle in one place, in every ending")
        lease.settled = True
        self._latest_now = now
        lease.state.in_flight -= 1
        if self._states.get(lease.account.id) is not lease.state:
            return []
        return settle_outcome(lease, outcome, self._states, now, jitter)

    def learn_organization(self, account_id: str, organization_id: str) -> list[Change]:
        """Note the organization an answer named; its accounts share limits. Cheap to call for every answer."""
        state = self._states.get(account_id)
        if state is None or state.organization_id == organization_id:
            return []
        state.organization_id = organization_id
        return [OrganizationLearned(account_id, organization_id)]

    def in_flight(self) -> dict[str, int]:
        """Account id -> requests in flight, for every configured account."""
        return {account_id: one.state.in_flight for account_id, one in self._candidates.items()}

    def availability(self, now: float) -> tuple[int, int]:
        """How many accounts are configured, and how many could take a request now that is bound to no model."""
        free = [one for one in self._candidates.values() if why_unavailable(one.account, one.state, "", now) is None]
        return len(self._candidates), len(free)

    def _choose(
        self, contenders: list[PolicyCandidate], request: PickRequest, now: float
    ) -> tuple[Choice, list[PolicyCandidate]]:
        """The policy's choice, and those it chose among."""
        if request.account is not None:
            return Choice(contenders[0], f"the request asked for {request.account}", {}), contenders
        bound = None
        if self._policy.sticky and (bound_id := self._bindings.lookup(request.session, now)) is not None:
            bound = self._candidates.get(bound_id)
        if not self._single_priority:
            best = min(one.account.priority for one in contenders)
            contenders = [
                one
                for one in contenders
                if one.account.priority == best or (one is bound and self._binding_outranks_priority)
            ]
        return self._policy.pick(contenders, request, bound, now), contenders

    def __repr__(self) -> str:
        """Counts by state as of the last time the pool was told the time; hours are UTC."""
        count = len(self._candidates)
        states = Counter(self._state_in_words(one) for one in self._candidates.values())
        words = ", ".join(f"{number} {state}" for state, number in states.items())
        return f"<AccountPool {count} account{'' if count == 1 else 's'}{': ' if words else ''}{words}>"

    def _state_in_words(self, candidate: PolicyCandidate) -> str:
        unavailable = why_unavailable(candidate.account, candidate.state, "", self._latest_now)
        if unavailable is None:
            return "free"
        kind = unavailable.reason.partition(":")[0]
        if unavailable.until is None:
            return kind
        return f"{kind} until {datetime.fromtimestamp(unavailable.until, UTC):%H:%M}"
