"""What the pool promises under every policy: whom it may pick, retries, priorities, bindings, changes while running."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change, SessionBound
from claudeflare.balancing.decision import Candidate
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.outcome import Served
from claudeflare.balancing.pool import AccountPool
from claudeflare.settings import STRATEGIES

HOUR = 3_600.0
NOW = 1_000_000.0
STICKY = ("session", "headroom")
SPREADING = [name for name in STRATEGIES if name not in STICKY]
REQUEST = PickRequest(session="s")


def account(name: str, **fields: Any) -> Account:
    return Account(id=f"id-{name}", name=name, **fields)


FOUR = [account("a"), account("b", tier=5), account("c", tier=20), account("d")]


def pool_with(policy: str, accounts: list[Account] = FOUR) -> AccountPool:
    pool = AccountPool(policy, HOUR)
    pool.configure(accounts, policy, HOUR)
    return pool


def take(pool: AccountPool, exclude: tuple[str, ...] = (), now: float = NOW, **asked: Any) -> Acquired:
    result = pool.acquire(PickRequest(**{"session": "s", **asked}), now, exclude)
    assert isinstance(result, Acquired)
    return result


def end(pool: AccountPool, lease: Lease, now: float = NOW) -> None:
    pool.settle(lease, Served(), now, 0.5)


def ask(pool: AccountPool, requests: int, **asked: Any) -> str:
    """Accounts of requests that end before the next begins."""
    names = []
    for _ in range(requests):
        lease = take(pool, **asked).lease
        end(pool, lease)
        names.append(lease.account.name)
    return "".join(names)


# Each policy in its own words


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("round-robin", "abcdabcdabcd"), ("least-requests", "abcdabcdabcd"), ("weighted", "ccbcccbcccac")],
)
def test_one_request_after_the_other(policy: str, expected: str) -> None:
    assert ask(pool_with(policy), 12) == expected


def test_round_robin_passes_by_whoever_is_out() -> None:
    pool = pool_with("round-robin")
    assert ask(pool, 2) == "ab"
    pool.apply([Benched("id-c", "", NOW + 60.0, "limited")], NOW)
    result = take(pool)
    assert result.pick.why == "d is next in turn"
    assert Candidate("c", out="limited", until=NOW + 60.0) in result.pick.candidates
    assert Candidate("d", chosen=True) in result.pick.candidates
    assert ask(pool, 3) == "abd"


def test_least_requests_counts_what_has_not_ended() -> None:
    pool = pool_with("least-requests")
    streams = [take(pool).lease for _ in range(6)]
    assert pool.in_flight() == {"id-a": 2, "id-b": 2, "id-c": 1, "id-d": 1}
    end(pool, streams[1])
    end(pool, streams[5])
    result = take(pool)
    assert result.lease.account.name == "b"
    assert result.pick.why == "b has the fewest requests in flight (0)"
    assert [one.score for one in result.pick.candidates] == [2.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("clock", [NOW, NOW - HOUR, 0.0])
def test_least_requests_spreads_whatever_the_clock_does(clock: float) -> None:
    """A clock that was set back must not make the account used last look like the one unused longest."""
    pool = pool_with("least-requests")
    ask(pool, 6)
    names = []
    for _ in range(8):
        lease = take(pool, (), clock).lease
        end(pool, lease, clock)
        names.append(lease.account.name)
    assert "".join(names) == "cdabcdab"


def test_weighted_follows_a_tier_that_changes() -> None:
    pool = pool_with("weighted")
    ask(pool, 10)
    pool.configure([account(one.name, tier=5) for one in FOUR], "weighted", HOUR)
    assert Counter(ask(pool, 40)) == pytest.approx(dict.fromkeys("abcd", 10), abs=1)


# What holds for all of them


@pytest.mark.parametrize("policy", SPREADING)
def test_priority_comes_first(policy: str) -> None:
    accounts = [account("reserve", tier=20, priority=1), account("a"), account("b")]
    pool = pool_with(policy, accounts)
    assert ask(pool, 40).replace("a", "").replace("b", "") == ""
    pool.apply([Benched("id-a", "", NOW + 60.0, "limited"), Benched("id-b", "", NOW + 60.0, "limited")], NOW)
    assert ask(pool, 1) == "reserve"
    pool.apply([BenchCleared("id-b", "")], NOW)
    assert ask(pool, 3) == "bbb"


@pytest.mark.parametrize("policy", SPREADING)
def test_sessions_are_neither_followed_nor_bound(policy: str) -> None:
    pool = pool_with(policy)
    pool.apply([SessionBound("s", "id-d", NOW + HOUR)], NOW)
    results = [take(pool) for _ in range(4)]
    assert len({result.lease.account.name for result in results}) > 1
    assert [result.changes for result in results] == [[]] * 4


@pytest.mark.parametrize("policy", SPREADING)
def test_a_binding_from_before_does_not_outrank_priority(policy: str) -> None:
    pool = pool_with(policy, [account("reserve", tier=20, priority=1), account("a")])
    pool.apply([SessionBound("s", "id-reserve", NOW + HOUR)], NOW)
    assert ask(pool, 3) == "aaa"


@pytest.mark.parametrize("policy", SPREADING)
def test_a_session_finds_its_old_account_when_sessions_count_again(policy: str) -> None:
    pool = pool_with("session")
    bound = take(pool)
    pool.configure(FOUR, policy, HOUR)
    ask(pool, 20)
    pool.configure(FOUR, "session", HOUR)
    again = take(pool)
    assert again.lease.account is bound.lease.account
    assert again.pick.why == f"session was bound to {bound.lease.account.name}"


def test_bindings_are_not_prolonged_while_sessions_do_not_count() -> None:
    pool = pool_with("session")
    take(pool)
    pool.configure(FOUR, "round-robin", HOUR)
    take(pool, (), NOW + HOUR - 1.0)
    pool.configure(FOUR, "session", HOUR)
    assert take(pool, (), NOW + HOUR).pick.why.startswith("new session placed on ")


@pytest.mark.parametrize("policy", STRATEGIES)
def test_a_configuration_that_keeps_the_policy_keeps_its_place(policy: str) -> None:
    undisturbed, disturbed = pool_with(policy), pool_with(policy)
    for number in range(30):
        disturbed.configure([account(one.name, tier=one.tier) for one in FOUR], policy, HOUR)
        expected, found = (take(pool, session=f"s{number}") for pool in (undisturbed, disturbed))
        assert found.pick == expected.pick


@pytest.mark.parametrize(("policy", "expected"), [("round-robin", "bcdab"), ("weighted", "ccbcc")])
def test_a_removed_account_is_forgotten(policy: str, expected: str) -> None:
    """Added again, it is a newcomer: as after the first start when all were."""
    pool = pool_with(policy)
    ask(pool, 2)
    pool.configure([] if policy == "weighted" else [FOUR[0], *FOUR[2:]], policy, HOUR)
    pool.configure(FOUR, policy, HOUR)
    assert ask(pool, 5) == expected


@pytest.mark.parametrize("policy", STRATEGIES)
@pytest.mark.parametrize("other", STRATEGIES)
def test_changing_the_policy_leaves_requests_in_flight_alone(policy: str, other: str) -> None:
    pool = pool_with(policy)
    streams = [take(pool, session=f"s{number}").lease for number in range(7)]
    before = pool.in_flight()
    pool.configure(FOUR, other, HOUR)
    assert pool.in_flight() == before
    after = take(pool)
    assert after.pick.policy == other
    for lease in (*streams, after.lease):
        end(pool, lease)
    assert set(pool.in_flight().values()) == {0}


@pytest.mark.parametrize("policy", SPREADING)
def test_a_request_that_asks_for_an_account_is_no_pick(policy: str) -> None:
    """It neither takes a turn nor pays: the others' order is what it would have been."""
    with_them, without = pool_with(policy, FOUR[:1] + FOUR[3:]), pool_with(policy, FOUR[:1] + FOUR[3:])
    for _ in range(12):
        asked = take(with_them, account="a")
        assert asked.pick.why == "the request asked for a"
        end(with_them, asked.lease)
        if policy != "least-requests":  # there, use is use
            assert ask(with_them, 1) == ask(without, 1)


@pytest.mark.parametrize("policy", STRATEGIES)
def test_a_guess_never_turns_a_request_away(policy: str) -> None:
    pool = pool_with(policy)
    pool.apply([Benched(one.id, "", NOW + 10.0, "overloaded", guess=True) for one in FOUR], NOW)
    pool.apply([AttentionNeeded("id-c", "on hold")], NOW)
    result = take(pool)
    assert result.lease.account.name in "abd"
    assert result.pick.why.startswith("nobody is free, so one that is out by a guess is used: ")


@pytest.mark.parametrize("policy", STRATEGIES)
def test_retries_go_through_all_the_others_and_then_end(policy: str) -> None:
    pool = pool_with(policy)
    tried: list[str] = []
    for _ in FOUR:
        lease = take(pool, tuple(tried)).lease
        assert lease.account.id not in tried
        tried.append(lease.account.id)
    last = pool.acquire(REQUEST, NOW, tried)
    assert isinstance(last, Exhausted)
    assert last.pick.policy == policy
    assert last.pick.why == "no account is available"


def test_retries_cost_nobody_a_turn() -> None:
    """Each request fails on its first account: everybody still gets as many as everybody else."""
    pool, counts = pool_with("round-robin"), Counter[str]()
    for _ in range(100):
        first = take(pool).lease.account
        second = take(pool, (first.id,)).lease.account
        counts.update((first.name, second.name))
    assert set(counts.values()) == {50}


@pytest.mark.parametrize(("policy", "wait"), [("round-robin", 3), ("least-requests", 3), ("weighted", 3 * 46)])
def test_nobody_starves_while_the_others_flap(policy: str, wait: int) -> None:
    """`d` is always there, of the lowest tier, and the last in the order of the list."""
    pool = pool_with(policy)
    waited = longest = 0
    for number in range(2_000):
        out = [account(one.name, tier=one.tier, paused=number >> index & 1 == 1) for index, one in enumerate(FOUR[:3])]
        pool.configure([*out, FOUR[3]], policy, HOUR)
        waited = 0 if ask(pool, 1) == "d" else waited + 1
        longest = max(longest, waited)
    assert longest <= wait


ids = st.sampled_from([one.id for one in FOUR])
marks = st.one_of(
    st.builds(Benched, ids, st.sampled_from(["", "opus"]), st.floats(NOW, NOW + 100.0), st.just("limited")),
    st.builds(BenchCleared, ids, st.sampled_from(["", "opus"])),
    st.builds(AttentionNeeded, ids, st.sampled_from(["", "on hold"])),
)
steps = st.tuples(
    st.lists(marks, max_size=2),
    st.sets(ids),
    st.sets(ids),
    st.sampled_from(STRATEGIES),
    st.floats(0.0, 50.0),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=40))
def test_never_one_that_is_out_whatever_is_changed(
    events: list[tuple[list[Change], set[str], set[str], str, float]],
) -> None:
    """Benches, pauses, removals, retries and changes of policy, in any order."""
    pool, now, leases = AccountPool(), NOW, list[Lease]()
    for number, (changes, paused, tried, policy, seconds) in enumerate(events):
        now += seconds
        pool.apply(changes, now)
        there = [account(one.name, tier=one.tier, paused=one.id in paused) for one in FOUR[: 1 + number % 4]]
        pool.configure(there, policy, HOUR)
        expected = pool.another_available(REQUEST, now, tried)
        result = pool.acquire(REQUEST, now, tried)
        assert isinstance(result, Acquired) == expected
        assert result.pick.policy == policy
        if isinstance(result, Acquired):
            assert result.lease.account in there
            assert result.lease.account.id not in tried | paused
            [chosen] = [one for one in result.pick.candidates if one.chosen]
            assert chosen.account == result.lease.account.name
            assert chosen.out is None
            assert bool(result.changes) <= (policy in STICKY)
            leases.append(result.lease)
    for lease in leases:
        pool.settle(lease, Served(), now, 0.5)
    assert not any(pool.in_flight().values())
