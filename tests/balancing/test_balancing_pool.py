"""The pool: taking and ending leases, sessions, priorities, panic, and what holds whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import (
    AttentionNeeded,
    BenchCleared,
    Benched,
    Change,
    OrganizationLearned,
    SessionBound,
)
from claudeflare.balancing.decision import Candidate, Pick
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import (
    ClientGone,
    ConnectFailed,
    LimitKind,
    Outcome,
    Overloaded,
    RateLimited,
    Rejected,
    Served,
    ServerError,
    SpendLimited,
)
from claudeflare.balancing.pool import AccountPool

HOUR = 3_600.0
NOW = 1_000_000.0


def account(name: str, **fields: Any) -> Account:
    return Account(id=f"id-{name}", name=name, **fields)


def pool_of(*accounts: Account, **options: Any) -> AccountPool:
    pool = AccountPool(session_seconds=HOUR, **options)
    pool.configure(accounts, "session", HOUR)
    return pool


def request(session: str = "s", model_class: str = "opus", **fields: Any) -> PickRequest:
    return PickRequest(session=session, model_class=model_class, **fields)


def acquired(pool: AccountPool, asked: PickRequest, now: float = NOW, exclude: tuple[str, ...] = ()) -> Acquired:
    result = pool.acquire(asked, now, exclude)
    assert isinstance(result, Acquired)
    return result


def exhausted(pool: AccountPool, asked: PickRequest, now: float = NOW, exclude: tuple[str, ...] = ()) -> Exhausted:
    result = pool.acquire(asked, now, exclude)
    assert isinstance(result, Exhausted)
    return result


def benched(name: str, seconds: float = 60.0, model_class: str = "", *, guess: bool = False) -> Benched:
    return Benched(f"id-{name}", model_class, NOW + seconds, "limited", guess)


def eject(pool: AccountPool, name: str, now: float = NOW) -> None:
    for _ in range(5):
        lease = acquired(pool, request(account=name), now).lease
        pool.settle(lease, ConnectFailed("refused"), now, 0.5)


# Taking a lease


def test_a_new_session_is_placed_bound_and_explained() -> None:
    pool = pool_of(account("big", tier=20), account("small"))
    result = acquired(pool, request())
    assert result.lease.account.name == "big"
    assert result.lease.taken_at == NOW
    assert result.changes == [SessionBound("s", "id-big", NOW + HOUR)]
    assert result.pick == Pick(
        "session",
        "new session placed on big: most room for its tier",
        (Candidate("big", score=20.0, chosen=True), Candidate("small", score=1.0)),
    )
    assert pool.in_flight() == {"id-big": 1, "id-small": 0}


def test_a_session_stays_and_is_not_written_down_each_time() -> None:
    pool = pool_of(account("a"), account("b"))
    first = acquired(pool, request())
    again = acquired(pool, request(), NOW + 1.0)
    assert again.lease.account == first.lease.account
    assert again.changes == []
    assert again.pick.why == f"session was bound to {first.lease.account.name}"
    assert [one.score for one in again.pick.candidates] == [None, None]


def test_new_sessions_spread() -> None:
    pool = pool_of(*(account(name) for name in "abcd"))
    for number in range(8):
        acquired(pool, request(f"s{number}"), NOW + number)
    assert set(pool.in_flight().values()) == {2}


def test_a_session_moves_when_its_account_is_out_and_stays_where_it_moved() -> None:
    pool = pool_of(account("a", tier=20), account("b"))
    acquired(pool, request())
    pool.apply([benched("a", model_class="opus")], NOW)
    moved = acquired(pool, request())
    assert moved.lease.account.name == "b"
    assert moved.changes == [SessionBound("s", "id-b", NOW + HOUR)]
    assert moved.pick.why == "session moved from a to b: most room for its tier"
    assert moved.pick.candidates[0] == Candidate("a", out="limited", until=NOW + 60.0)
    assert acquired(pool, request(), NOW + 61.0).lease.account.name == "b"


def test_a_session_of_a_removed_account_is_placed_anew() -> None:
    pool = pool_of(account("gone", tier=20), account("b"))
    acquired(pool, request())
    pool.configure([account("b")], "session", HOUR)
    assert acquired(pool, request()).pick.why == "new session placed on b: most room for its tier"


def test_an_account_tried_by_this_request_is_passed_over() -> None:
    pool = pool_of(account("a"), account("b"))
    first = acquired(pool, request()).lease
    second = acquired(pool, request(), NOW, (first.account.id,))
    assert second.lease.account != first.account
    assert Candidate(first.account.name, out="already tried") in second.pick.candidates


def test_a_request_may_ask_for_an_account_without_binding_its_session() -> None:
    pool = pool_of(account("a", tier=20), account("b"))
    result = acquired(pool, request(account="b"))
    assert result.lease.account.name == "b"
    assert result.changes == []
    assert result.pick.why == "the request asked for b"
    assert result.pick.candidates[0] == Candidate("a", out="another account was asked for")


def test_an_account_asked_for_in_vain() -> None:
    pool = pool_of(account("a"), account("b", paused=True))
    result = exhausted(pool, request(account="b"))
    assert [one.name for one, _ in result.unavailable] == ["b"]
    assert exhausted(pool, request(account="unknown")).unavailable == []


# Priorities


def test_a_lower_priority_waits_until_all_better_ones_are_out() -> None:
    pool = pool_of(account("reserve", tier=20, priority=1), account("a"), account("b"))
    result = acquired(pool, request())
    assert result.lease.account.name in "ab"
    assert result.pick.candidates[0] == Candidate("reserve", out="lower priority")
    pool.apply([benched("a"), benched("b")], NOW)
    assert acquired(pool, request("other")).lease.account.name == "reserve"


@pytest.mark.parametrize(("outranks", "expected"), [(True, "reserve"), (False, "first")])
def test_whether_a_binding_outranks_priority_is_a_setting(outranks: bool, expected: str) -> None:
    pool = pool_of(account("first"), account("reserve", priority=1), binding_outranks_priority=outranks)
    pool.apply([SessionBound("s", "id-reserve", NOW + HOUR)], NOW)
    assert acquired(pool, request()).lease.account.name == expected


# Nobody left


def test_without_accounts() -> None:
    assert AccountPool().acquire(request(), NOW) == Exhausted([], None, Pick("session", "no account is configured"))


def test_exhausted_names_every_reason_and_the_earliest_recovery() -> None:
    pool = pool_of(account("a"), account("b"), account("c", paused=True), account("d"))
    pool.apply([benched("a", 90.0), benched("b", 30.0, "opus"), AttentionNeeded("id-d", "on hold")], NOW)
    result = exhausted(pool, request())
    assert [(one.name, out.reason, out.until) for one, out in result.unavailable] == [
        ("a", "limited", NOW + 90.0),
        ("b", "limited", NOW + 30.0),
        ("c", "paused by its owner", None),
        ("d", "needs attention: on hold", None),
    ]
    assert result.earliest == NOW + 30.0
    assert result.pick.why == "no account is available"
    assert [one.chosen for one in result.pick.candidates] == [False] * 4
    assert acquired(pool, request(model_class="sonnet")).lease.account.name == "b"


def test_exhausted_after_trying_gives_what_the_attempt_taught() -> None:
    pool = pool_of(account("a"))
    lease = acquired(pool, request()).lease
    pool.settle(lease, RateLimited(LimitKind.BUCKET, retry_after=7.0, model_class="opus"), NOW, 0.5)
    result = exhausted(pool, request(), NOW, ("id-a",))
    assert result.earliest == NOW + 7.0
    assert result.pick.candidates == (Candidate("a", out="already tried"),)


def test_a_guess_never_turns_a_request_away() -> None:
    pool = pool_of(account("ejected"), account("overloaded", tier=5), account("limited"))
    eject(pool, "ejected")
    pool.apply([benched("overloaded", 10.0, guess=True), benched("limited")], NOW)
    result = acquired(pool, request())
    assert result.lease.account.name == "overloaded"
    assert result.pick.why.startswith("nobody is free, so one that is out by a guess is used: ")
    assert result.pick.candidates[1] == Candidate("overloaded", 5.0, "limited", NOW + 10.0, chosen=True)
    assert acquired(pool, request(), NOW, ("id-overloaded",)).lease.account.name == "ejected"
    assert exhausted(pool, request(), NOW, ("id-overloaded", "id-ejected")).earliest == NOW + 10.0


def test_an_ejected_account_is_avoided_while_another_is_free() -> None:
    pool = pool_of(account("bad", tier=20), account("good"))
    eject(pool, "bad")
    assert acquired(pool, request(), NOW + 29.0).lease.account.name == "good"
    assert acquired(pool, request("other"), NOW + 30.0).lease.account.name == "bad"


def test_another_available_agrees_with_acquire() -> None:
    pool = pool_of(account("a"), account("b"))
    assert pool.another_available(request(), NOW, ("id-a",))
    assert not pool.another_available(request(), NOW, ("id-a", "id-b"))
    assert not pool.another_available(request(account="a"), NOW, ("id-a",))
    pool.apply([benched("b")], NOW)
    assert not pool.another_available(request(), NOW, ("id-a",))
    assert pool.in_flight() == {"id-a": 0, "id-b": 0}


# Ending a lease


def test_settling_frees_the_account_exactly_once() -> None:
    pool = pool_of(account("a"))
    lease = acquired(pool, request()).lease
    assert pool.settle(lease, Served(), NOW, 0.5) == []
    assert pool.in_flight() == {"id-a": 0}
    with pytest.raises(RuntimeError, match=r"<Lease on a, settled> was settled twice"):
        pool.settle(lease, Served(), NOW, 0.5)
    assert pool.in_flight() == {"id-a": 0}


def test_settling_teaches() -> None:
    pool = pool_of(account("a"), account("b"))
    pool.learn_organization("id-a", "org")
    pool.learn_organization("id-b", "org")
    lease = acquired(pool, request()).lease
    changes = pool.settle(lease, SpendLimited("credit too low"), NOW, 0.5)
    assert changes == [
        AttentionNeeded("id-a", "spend limit: credit too low"),
        AttentionNeeded("id-b", "spend limit: credit too low"),
    ]
    assert exhausted(pool, request()).earliest is None


def test_a_lease_on_a_removed_account_ends_without_effect() -> None:
    pool = pool_of(account("a"))
    lease = acquired(pool, request()).lease
    pool.configure([], "session", HOUR)
    pool.configure([account("a")], "session", HOUR)
    assert pool.settle(lease, SpendLimited("credit too low"), NOW, 0.5) == []
    assert pool.in_flight() == {"id-a": 0}
    assert acquired(pool, request()).lease.account.name == "a"


# What is known


def test_configuring_keeps_what_was_learned() -> None:
    pool = pool_of(account("a"), account("b"))
    pool.apply([benched("a")], NOW)
    lease = acquired(pool, request()).lease
    pool.configure([account("a"), Account(id="id-b", name="renamed", tier=5)], "session", 2 * HOUR)
    assert pool.in_flight() == {"id-a": 0, "id-b": 1}
    result = acquired(pool, request("new"))
    assert result.lease.account.name == "renamed"
    assert result.changes == [SessionBound("new", "id-b", NOW + 2 * HOUR)]
    pool.settle(lease, Served(), NOW, 0.5)
    assert pool.in_flight() == {"id-a": 0, "id-b": 1}


def test_an_unknown_policy_changes_nothing() -> None:
    pool = pool_of(account("a"))
    with pytest.raises(ValueError, match="no strategy 'fastest'"):
        pool.configure([], "fastest", HOUR)
    assert pool.in_flight() == {"id-a": 0}


def test_durable_state_may_come_before_the_accounts() -> None:
    pool = AccountPool()
    pool.apply([benched("a"), SessionBound("s", "id-b", NOW + HOUR)], NOW)
    pool.configure([account("a"), account("b"), account("c", tier=20)], "session", HOUR)
    result = acquired(pool, request())
    assert result.lease.account.name == "b"
    assert result.pick.candidates[0].out == "limited"


def test_the_owner_lifts_limits() -> None:
    pool = pool_of(account("a"))
    pool.apply([benched("a"), AttentionNeeded("id-a", "on hold")], NOW)
    pool.apply([BenchCleared("id-a", ""), AttentionNeeded("id-a", "")], NOW)
    assert acquired(pool, request()).lease.account.name == "a"


def test_an_organization_is_learned_once() -> None:
    pool = pool_of(account("a"))
    assert pool.learn_organization("id-a", "org") == [OrganizationLearned("id-a", "org")]
    assert pool.learn_organization("id-a", "org") == []
    assert pool.learn_organization("id-a", "other") == [OrganizationLearned("id-a", "other")]
    assert pool.learn_organization("removed", "org") == []


def test_changes_made_here_bring_another_worker_to_the_same_state() -> None:
    here, there = pool_of(account("a"), account("b")), pool_of(account("a"), account("b"))
    result = acquired(here, request())
    there.apply(result.changes, NOW)
    there.apply(here.settle(result.lease, RateLimited(LimitKind.WINDOW, until=NOW + 600.0), NOW, 0.5), NOW)
    assert acquired(there, request()).pick == acquired(here, request()).pick


def test_repr_counts_by_state() -> None:
    assert repr(AccountPool()) == "<AccountPool 0 accounts>"
    pool = pool_of(account("a"), account("b"), account("c", paused=True))
    pool.apply([Benched("id-b", "", 45_600.0, "rate limited: usage window is used up")], 45_000.0)
    assert repr(pool) == "<AccountPool 3 accounts: 1 free, 1 rate limited until 12:40, 1 paused by its owner>"
    assert repr(pool_of(account("a"))) == "<AccountPool 1 account: 1 free>"


# What holds whatever happens

NAMES = ("a", "b", "c", "d")
outcomes = st.sampled_from(
    [
        Served(),
        ClientGone(),
        Rejected(404),
        ServerError(500),
        ConnectFailed("refused"),
        Overloaded(),
        RateLimited(LimitKind.BUCKET, retry_after=20.0, model_class="opus"),
        RateLimited(LimitKind.WINDOW, retry_after=300.0),
        RateLimited(LimitKind.WINDOWLESS, retry_after=2.0),
    ]
)


class PoolMachine(RuleBasedStateMachine):
    """Random traffic against a second, naive bookkeeping of who is out, in flight, and bound where."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.pool = AccountPool(session_seconds=HOUR)
        self.leases: list[Lease] = []
        self.bound: dict[str, tuple[str, float]] = {}

    @initialize(priorities=st.lists(st.integers(0, 1), min_size=4, max_size=4))
    def configure(self, priorities: list[int]) -> None:
        self.accounts = [account(name, priority=priority) for name, priority in zip(NAMES, priorities, strict=True)]
        self.pool.configure(self.accounts, "session", HOUR)

    @rule(seconds=st.floats(0.0, 400.0))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(index=st.integers(0, 3), paused=st.booleans())
    def pause_or_resume(self, index: int, paused: bool) -> None:
        old = self.accounts[index]
        self.accounts[index] = account(old.name, priority=old.priority, paused=paused)
        self.pool.configure(self.accounts, "session", HOUR)

    @rule(session=st.sampled_from("xyz"), exclude=st.sets(st.sampled_from([f"id-{name}" for name in NAMES])))
    def acquire(self, session: str, exclude: set[str]) -> None:
        asked = request(session)
        expected = self.pool.another_available(asked, self.now, exclude)
        result = self.pool.acquire(asked, self.now, exclude)
        assert isinstance(result, Acquired) == expected
        by_name = {one.name: one for one in self.accounts}
        free = [by_name[one.account] for one in result.pick.candidates if one.out in (None, "lower priority")]
        assert not any(one.paused or one.id in exclude for one in free)
        if isinstance(result, Exhausted):
            assert not free
            return
        chosen = result.lease.account
        assert chosen in self.accounts
        assert chosen.id not in exclude
        assert not chosen.paused
        [entry] = [one for one in result.pick.candidates if one.chosen]
        assert entry.account == chosen.name
        panic = result.pick.why.startswith("nobody is free")
        assert panic == (not free) == (entry.out is not None)
        was, expires_at = self.bound.get(session, ("", 0.0))
        if self.now < expires_at and was in {one.id for one in free}:
            assert chosen.id == was
        elif free:
            assert chosen.priority == min(one.priority for one in free)
        self.bound[session] = (chosen.id, self.now + HOUR)
        self.leases.append(result.lease)

    @rule(data=st.data(), outcome=outcomes, jitter=st.floats(0.0, 1.0, exclude_max=True))
    def settle(self, data: st.DataObject, outcome: Outcome, jitter: float) -> None:
        if not self.leases:
            return
        lease = self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))
        for change in self.pool.settle(lease, outcome, self.now, jitter):
            assert isinstance(change, Benched | BenchCleared)
            if isinstance(change, Benched):
                assert self.now + 1.0 <= change.until <= self.now + 8 * 86_400.0

    @rule()
    def let_sessions_end(self) -> None:
        self.now += HOUR

    @invariant()
    def in_flight_counts_open_leases(self) -> None:
        counts = self.pool.in_flight()
        assert sum(counts.values()) == len(self.leases)
        assert all(counts[f"id-{name}"] == sum(x.account.name == name for x in self.leases) for name in NAMES if counts)

    def teardown(self) -> None:
        for lease in self.leases:
            self.pool.settle(lease, ClientGone(), self.now, 0.0)
        assert not any(self.pool.in_flight().values())


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@given(st.lists(st.tuples(st.sampled_from("xyz"), outcomes), max_size=40))
def test_restart_keeps_benches_and_bindings(events: list[tuple[str, Outcome]]) -> None:
    """Replaying the changes gives a pool that finds the same accounts benched."""
    pool, written, now = pool_of(*(account(name) for name in NAMES)), list[Change](), NOW
    for session, outcome in events:
        now += 1.0
        result = pool.acquire(request(session), now)
        if isinstance(result, Acquired):
            written += result.changes
            written += pool.settle(result.lease, outcome, now + 0.5, 0.5)
    restarted = pool_of(*(account(name) for name in NAMES))
    restarted.apply(written, now + 1.0)

    def stated(one: AccountPool) -> list[tuple[str | None, float | None]]:
        return [(each.out, each.until) for each in one.acquire(request(), now + 1.0).pick.candidates]

    for before, after in zip(stated(pool), stated(restarted), strict=True):
        # Failures are not written down: an account that is out for them may have a limit behind that, which shows now.
        if before[0] is not None and before[0].startswith("rate"):
            assert after == before
        elif after[0] is not None and after[0].startswith("rate"):
            assert before[0] is not None
