"""The pool under every policy and any course of events: fair, never an account that is out, nothing lost or leaked."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from claudeflare.balancing.account import Account
from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.limit_reading import (
    ALLOWED,
    BUCKETS,
    REJECTED,
    WARNING,
    BucketReading,
    LimitReading,
    WindowReading,
)
from claudeflare.balancing.outcome import (
    AnswerLost,
    ClientGone,
    ConnectFailed,
    CredentialRefused,
    Interrupted,
    LimitKind,
    Outcome,
    Overloaded,
    RateLimited,
    Served,
    ServerError,
    SpendLimited,
)
from claudeflare.balancing.pool import AccountPool
from claudeflare.settings import STRATEGIES

NOW = 1_000_000.0
HOUR = 3_600.0
PICKS = 10_000
FAMILIES = ("opus", "haiku")
STICKY = ("session", "headroom")


def accounts(*tiers: int) -> list[Account]:
    return [Account(id=f"id-{number}", name=f"a{number}", tier=tier) for number, tier in enumerate(tiers)]


def picks(policy: str, there: list[Account], number: int = PICKS, *, learned: bool = False) -> Counter[str]:
    """How often each is picked, by requests of sessions of their own of which two are always under way."""
    pool, counts, open_leases = AccountPool(policy, HOUR), Counter[str](), list[Lease]()
    pool.configure(there, policy, HOUR)
    for index in range(number):
        now = NOW + index
        taken = pool.acquire(PickRequest(session=str(index), model_class="opus", estimate=10), now)
        assert isinstance(taken, Acquired)
        counts[taken.lease.account.name] += 1
        if learned:
            pool.learn_limits(taken.lease, LimitReading((BucketReading("input", 10**6, 10**6),)), now)
        open_leases.append(taken.lease)
        if len(open_leases) > 2:
            pool.settle(open_leases.pop(0), Served(), now, 0.5)
    return counts


@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("policy", STRATEGIES)
def test_equal_accounts_get_equal_shares(policy: str, learned: bool) -> None:
    counts = picks(policy, accounts(1, 1, 1, 1), PICKS // 4, learned=learned)
    assert max(counts.values()) - min(counts.values()) <= PICKS // 4 * 0.01


@pytest.mark.parametrize("learned", [False, True])
def test_weights_hold_to_within_one_percent(learned: bool) -> None:
    counts = picks("weighted", accounts(1, 5, 20), learned=learned)
    for name, tier in (("a0", 1), ("a1", 5), ("a2", 20)):
        assert counts[name] / PICKS == pytest.approx(tier / 26, abs=0.01)


@pytest.mark.parametrize("policy", [name for name in STRATEGIES if name not in STICKY])
def test_nobody_starves(policy: str) -> None:
    assert set(picks(policy, accounts(1, 20, 1, 5), 200)) == {"a0", "a1", "a2", "a3"}


@pytest.mark.parametrize("policy", STICKY)
@given(st.lists(st.sampled_from("uvwxyz"), max_size=60))
def test_sessions_stay_while_their_account_is_available(policy: str, sessions: list[str]) -> None:
    pool, homes = AccountPool(policy, HOUR), dict[str, str]()
    pool.configure(accounts(1, 5, 20), policy, HOUR)
    for index, session in enumerate(sessions):
        taken = pool.acquire(PickRequest(session=session, model_class="opus", estimate=100), NOW + index)
        assert isinstance(taken, Acquired)
        assert homes.setdefault(session, taken.lease.account.id) == taken.lease.account.id
        reading = LimitReading((BucketReading("input", 10**6, 10**6 - 1_000 * index),))
        pool.learn_limits(taken.lease, reading, NOW + index)
        pool.settle(taken.lease, Served(), NOW + index, 0.5)


outcomes = st.sampled_from(
    [
        Served(),
        Served(),
        ConnectFailed("refused"),
        AnswerLost("reset"),
        ServerError(500),
        Overloaded(),
        Interrupted("stalled"),
        ClientGone(),
        CredentialRefused("invalid"),
        SpendLimited("no credit", NOW + HOUR),
        RateLimited(LimitKind.BUCKET, 5.0, NOW + 5.0, "opus"),
        RateLimited(LimitKind.WINDOW, None, NOW + HOUR),
        RateLimited(LimitKind.WINDOWLESS),
    ]
)
bucket_readings = st.builds(
    lambda name, limit, share: BucketReading(name, limit, int(limit * share)),
    st.sampled_from(BUCKETS),
    st.integers(1, 10_000),
    st.floats(0.0, 1.0),
)
window_readings = st.builds(
    WindowReading,
    st.sampled_from(["5h", "7d", "7d_opus"]),
    st.none() | st.floats(0.0, 1.2),
    st.none() | st.floats(NOW - HOUR, NOW + 30 * 86_400.0),
    st.sampled_from([ALLOWED, WARNING, REJECTED]),
    st.sampled_from(["", "opus", None]),
)
readings = st.builds(
    LimitReading,
    st.lists(bucket_readings, max_size=3).map(tuple),
    st.lists(window_readings, max_size=2).map(tuple),
    st.booleans(),
)


class Events(RuleBasedStateMachine):
    """Requests, endings, readings and changes of configuration in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = AccountPool("session", HOUR)
        self.now = NOW
        self.leases: list[Lease] = []
        self.buckets: set[ClassBuckets] = set()
        self.numbers: set[int] = set()

    @initialize()
    def begin(self) -> None:
        self.pool.configure(accounts(1, 5, 20), "session", HOUR)

    @rule(
        tiers=st.lists(st.sampled_from([1, 5, 20]), min_size=1, max_size=5),
        policy=st.sampled_from(STRATEGIES),
        spare=st.sampled_from([{}, {"reserve": 0.5}, {"reserve": 1.0}, {"allow_extra_usage": False}]),
    )
    def configure(self, tiers: list[int], policy: str, spare: dict[str, Any]) -> None:
        there = [
            Account(id=f"id-{number}", name=f"a{number}", tier=tier, priority=number % 2, **spare)
            for number, tier in enumerate(tiers)
        ]
        self.pool.configure(there, policy, HOUR)

    @rule(
        session=st.sampled_from("uvwxyz"),
        family=st.sampled_from(FAMILIES),
        estimate=st.integers(0, 20_000),
        patient=st.booleans(),
        tried=st.sets(st.sampled_from(["id-0", "id-1"])),
    )
    def acquire(self, session: str, family: str, estimate: int, patient: bool, tried: set[str]) -> None:
        request = PickRequest(session=session, model_class=family, estimate=estimate)
        possible = self.pool.another_available(request, self.now, tried)
        taken = self.pool.acquire(request, self.now, tried, patient=patient)
        if isinstance(taken, Exhausted):
            assert taken.short == possible, "only the patient are told to wait for an account that is free"
            assert patient or not possible
            assert not taken.short or (taken.earliest is not None and taken.earliest >= self.now)
            return
        assert possible
        assert taken.lease.account.id not in tried
        assert taken.lease.number not in self.numbers
        self.numbers.add(taken.lease.number)
        [chosen] = [one for one in taken.pick.candidates if one.chosen]
        assert chosen.account == taken.lease.account.name
        self.leases.append(taken.lease)
        if taken.lease.reservation is not None:
            self.buckets.add(taken.lease.reservation.buckets)

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), reading=readings, organization=st.sampled_from([None, None, "one", "two"]))
    def answer(self, data: st.DataObject, reading: LimitReading, organization: str | None) -> None:
        lease = data.draw(st.sampled_from(self.leases))
        if organization is not None:
            self.pool.learn_organization(lease.account.id, organization)
        changes = self.pool.learn_limits(lease, reading, self.now)
        assert all(isinstance(change, BenchCleared) for change in changes)
        self.pool.gauges()

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), outcome=outcomes, counted=st.none() | st.integers(0, 50_000))
    def settle(self, data: st.DataObject, outcome: Outcome, counted: int | None) -> None:
        lease = self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))
        if counted is not None:
            self.pool.counted(lease, counted, counted // 10)
        for change in self.pool.settle(lease, outcome, self.now, 0.5):
            assert isinstance(change, Benched | BenchCleared | AttentionNeeded)
        with pytest.raises(RuntimeError):
            self.pool.settle(lease, outcome, self.now, 0.5)

    @rule(seconds=st.sampled_from([0.0, 0.5, 30.0, HOUR]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(number=st.integers(0, 4))
    def clear(self, number: int) -> None:
        self.pool.apply([BenchCleared(f"id-{number}", ""), AttentionNeeded(f"id-{number}", "")], self.now)

    @invariant()
    def promises_are_those_of_open_leases(self) -> None:
        assert all(held.reserved_requests >= 0 and held.reserved_input >= 0 for held in self.buckets)
        for held in self.buckets:
            held_for = [one.reservation for one in self.leases if one.reservation and one.reservation.buckets is held]
            assert held.reserved_output == sum(one.output for one in held_for)
            assert held.reserved_input == sum(one.input for one in held_for if not one.seen)
            assert held.reserved_requests == sum(not one.seen for one in held_for)

    def teardown(self) -> None:
        for lease in self.leases:
            self.pool.settle(lease, ClientGone(), self.now, 0.0)
        assert not any(self.pool.in_flight().values())
        for held in self.buckets:
            assert (held.reserved_requests, held.reserved_input, held.reserved_output) == (0, 0, 0)


TestEvents = Events.TestCase
TestEvents.settings = settings(max_examples=30, stateful_step_count=100, deadline=None)
