"""The accounts there are and what is known of them: who takes a request, and what its ending means for the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import inf, nextafter
from typing import Final

from claudeflare.balancing import limits, organization, preference
from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.affinity import DEFAULT_SESSION_SECONDS, SessionBindings
from claudeflare.balancing.availability import why_unavailable
from claudeflare.balancing.change import Change, OrganizationLearned, PinChange, SessionBound
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.fixed_choice import fixed_choice
from claudeflare.balancing.gauges import LimitGauge, gauges
from claudeflare.balancing.kinship import relatives
from claudeflare.balancing.learning import apply_change
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.limit_reading import LimitReading
from claudeflare.balancing.outcome import AnswerLost, ClientGone, Interrupted, Outcome, Served
from claudeflare.balancing.pins import Pins
from claudeflare.balancing.policies.named import make_policy
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate
from claudeflare.balancing.pool_words import pool_in_words
from claudeflare.balancing.settlement import settle_outcome
from claudeflare.balancing.staying import home_of, seconds_worth_waiting, wait_at_home
from claudeflare.balancing.survey import Survey, earliest, reasons, take_survey, trace
from claudeflare.balancing.token_estimates import Expected, TokenEstimates

NOTHING_EXPECTED: Final = Expected(0, 0, 0)
MAYBE_COUNTED: Final = (Served, AnswerLost, ClientGone, Interrupted)
"""Endings after which the API may have counted a request although no answer has told of limits."""


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
        self.pins = Pins()
        """Which account holds what exists in one account only."""
        self._states: dict[str, AccountState] = {}
        """Also of accounts that changes have named before any configuration did."""
        self._candidates: dict[str, PolicyCandidate] = {}
        self._single_priority = True
        self._latest_now = 0.0
        self._latest_use = 0.0
        self._leases = 0
        """Taken so far."""
        self._estimates = TokenEstimates()
        self._limits_known = False
        """Some answer has told of limits; before that there is nothing to predict."""
        self._windows_known = False
        self._gauges: dict[str, list[LimitGauge]] | None = None

    def configure(self, accounts: Sequence[Account], policy: str, session_seconds: float) -> None:
        """Take the owner's accounts and settings, whole. Known accounts keep their state, absent ones are dropped."""
        if policy != self._policy.name:
            self._policy = make_policy(policy)
        self._policy.keep_only({account.id for account in accounts})
        self._bindings.session_seconds = session_seconds
        self._states = {account.id: self._states.get(account.id) or AccountState() for account in accounts}
        self._candidates = {account.id: PolicyCandidate(account, self._states[account.id]) for account in accounts}
        self._gauges = None
        self._single_priority = len({account.priority for account in accounts}) <= 1

    def apply(self, changes: Iterable[Change], now: float) -> None:
        """Take over durable state, and what other workers or the owner changed. May come before `configure`."""
        self._latest_now = now
        self._gauges = None
        for change in changes:
            if isinstance(change, SessionBound):
                self._bindings.load((change,))
            elif isinstance(change, PinChange):
                self.pins.load((change,))
            else:
                apply_change(self._states.setdefault(change.account_id, AccountState()), change, now)
                if isinstance(change, OrganizationLearned):
                    organization.share_buckets(self._states, change.account_id)

    def acquire(
        self, request: PickRequest, now: float, exclude: Collection[str] = (), *, patient: bool = False
    ) -> Acquired | Exhausted:
        """Take an account for a request. `exclude`: ids of accounts it has tried already.

        Accounts predicted to accept it are preferred. When there is none, `patient` requests are told the time of the
        first (`Exhausted.short`), and others get the best there is: a prediction orders and delays, it never refuses.

        When every account left is out by a guess (ejected, or benched without the API having said so), the policy
        picks among those: a guess must never turn a request away.
        """
        self._latest_now = now
        survey = take_survey(self._candidates.values(), request, now, exclude)
        contenders = survey.free or survey.guessed
        if not contenders:
            why = "no account is available" if self._candidates else "no account is configured"
            if request.bound is not None:
                why = f"{request.bound.why}, which is not available"
            return self._exhausted(survey, request, now, why)
        prefix = "" if survey.free else "nobody is free, so one that is out by a guess is used: "
        expected = NOTHING_EXPECTED
        if self._limits_known and survey.free:
            conversation = request.conversation or request.session
            expected = self._estimates.expected(conversation, request.estimate, request.output_estimate, now)
            contenders = preference.accepting(survey, request.model_class, expected, now)
            if patient and survey.out and (home := self.home(request, now)) is not None:
                until = request.since + seconds_worth_waiting(contenders, request.model_class, now)
                at_home = wait_at_home(survey, request, home, until, self._policy.name)
                if at_home is not None:
                    return at_home
            if not contenders:
                if patient:
                    why = "every free account is predicted to refuse"
                    return self._exhausted(survey, request, now, why, short=True)
                contenders = preference.soonest(survey)
                prefix = "every free account is predicted to refuse, so the first to accept again is used: "
        choice, contenders = self._choose(contenders, request, now, survey)
        chosen = choice.candidate
        why = f"{prefix}{choice.why}" if prefix else choice.why
        pick = Pick(self._policy.name, why, trace(survey, contenders, choice))
        changes: list[Change] = []
        if self._policy.sticky and request.account is None and not (request.bound or request.collection):
            bound = self._bindings.bind(request.session, chosen.account.id, now)
            if bound is not None:
                changes.append(bound)
        chosen.state.in_flight += 1
        chosen.state.last_used = self._latest_use = max(now, nextafter(self._latest_use, inf))
        self._leases += 1
        lease = Lease(chosen.account, now, request.model_class, request.auxiliary, chosen.state, number=self._leases)
        if self._limits_known and (buckets := chosen.state.buckets.get(request.model_class)) is not None:
            counts = expected.input(chosen.state.buckets), expected.output
            conversation = request.conversation or request.session
            lease.reservation = buckets.reserve(lease.number, conversation, request.estimate, counts)
        return Acquired(lease, pick, changes)

    def session_account(self, session: str, now: float) -> str | None:
        """Id of the account the policy sends this session to at that time, if nothing happens until then."""
        return self._bindings.lookup(session, now) if self._policy.sticky else None

    def home(self, request: PickRequest, now: float) -> str | None:
        """Id of the account that has the request's prompt in its cache, as far as bindings tell; None: no matter."""
        return home_of(request, self._bindings, now) if request.since and self._policy.sticky else None

    def stay_seconds(self, lease: Lease, request: PickRequest, now: float) -> float:
        """How long the request had better wait for this account than go to another; 0.0: not at all."""
        if self.home(request, now) != lease.account.id:
            return 0.0
        survey = take_survey(self._candidates.values(), request, now, (lease.account.id,))
        return max(0.0, request.since + seconds_worth_waiting(survey.free, request.model_class, now) - now)

    def _exhausted(
        self, survey: Survey, request: PickRequest, now: float, why: str, *, short: bool = False
    ) -> Exhausted:
        unavailable = reasons(survey, request, now)
        pick = Pick(self._policy.name, why, trace(survey, (), None))
        return Exhausted(unavailable, earliest(unavailable), pick, short, bound=request.bound)

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
        if lease.reservation is not None:
            lease.reservation.buckets.release(lease.reservation, counted=isinstance(outcome, MAYBE_COUNTED))
        if self._states.get(lease.account.id) is not lease.state:
            return []
        return settle_outcome(lease, outcome, self._states, now, jitter)

    def learn_organization(self, account_id: str, organization_id: str) -> list[Change]:
        """Note the organization an answer named; its accounts share limits. Cheap to call for every answer."""
        state = self._states.get(account_id)
        if state is None or state.organization_id == organization_id:
            return []
        return organization.join(self._states, account_id, organization_id, self._latest_now)

    def wants_limits(self, lease: Lease, now: float) -> bool:
        """Whether it is worth reading what an answer says of limits."""
        return lease.reservation is None or lease.reservation.buckets.wants_reading(now)

    def learn_limits(self, lease: Lease, reading: LimitReading, now: float) -> list[Change]:
        """Take over what the headers of an answer to `lease` said of its account's limits."""
        if lease.settled or self._states.get(lease.account.id) is not lease.state:
            return []
        self._limits_known = True
        if reading.windows or reading.extra_usage:
            self._windows_known = True
        self._gauges = None
        return limits.learn(lease, reading, self._states, now)

    def counted(self, lease: Lease, input_tokens: int, output_tokens: int) -> None:
        """What the API has counted for a lease that holds a reservation, cache reads left out. Before it is settled."""
        reservation = lease.reservation
        if reservation is not None and not lease.settled:
            reservation.counted_input, reservation.counted_output = input_tokens, output_tokens
            counted = input_tokens, output_tokens
            self._estimates.learn(
                reservation.conversation, reservation.estimate, counted, lease.state.buckets, lease.taken_at
            )

    def gauges(self) -> dict[str, list[LimitGauge]]:
        """Account id -> what is known of its limits; the same object again until an answer says something new."""
        if self._gauges is None:
            self._gauges = {id_: found for id_, one in self._candidates.items() if (found := gauges(one.state))}
        return self._gauges

    def in_flight(self) -> dict[str, int]:
        """Account id -> requests in flight, for every configured account."""
        return {account_id: one.state.in_flight for account_id, one in self._candidates.items()}

    def availability(self, now: float) -> tuple[int, int]:
        """How many accounts are configured, and how many could take a request now that is bound to no model."""
        free = [one for one in self._candidates.values() if why_unavailable(one.account, one.state, "", now) is None]
        return len(self._candidates), len(free)

    def _choose(
        self, contenders: list[PolicyCandidate], request: PickRequest, now: float, survey: Survey
    ) -> tuple[Choice, list[PolicyCandidate]]:
        """The policy's choice, and those it chose among."""
        fixed = fixed_choice(request, contenders)
        if fixed is not None:
            return fixed, contenders
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
        if bound is not None and len(contenders) > 1 and bound not in contenders:
            contenders = relatives(survey, contenders, bound)
        if self._windows_known and len(contenders) > 1:
            contenders = preference.unhurried(survey, contenders, bound, request.model_class, now)
        return self._policy.pick(contenders, request, bound, now), contenders

    def __repr__(self) -> str:
        """Counts by state as of the last time the pool was told the time."""
        return f"<AccountPool {pool_in_words(self._candidates.values(), self._latest_now)}>"
