from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.change import AttentionNeeded, Benched, PinChange, Pinned, SessionBound, Unpinned
from claudeflare.balancing.failover import AnswerForUpstream, Relay, RetryRules, Situation, TryAnother, next_step
from claudeflare.balancing.fixed_choice import fixed_choice
from claudeflare.balancing.lane import LaneKey
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.outcome import AnswerLost, Rejected, Served
from claudeflare.balancing.pins import PERSISTED_STEP, TURN_SECONDS, Bound, HolderRemoved, Pins, Split, decide
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.pool import AccountPool

NOW = 1_000_000.0
FILE = Pinned("file_01", "a", "alpha")
BOUND = Bound("a", "alpha", "file_01")
NAMES = {"a": "alpha", "b": "beta"}


def test_what_is_noted_is_found() -> None:
    pins = Pins()
    assert pins.note(FILE) == FILE
    assert pins.lookup("file_01", NOW) == FILE
    assert pins.lookup("file_02", NOW) is None
    assert pins.kinds == {"file"}


def test_noting_it_again_says_nothing_new() -> None:
    pins = Pins()
    pins.note(FILE)
    assert pins.note(FILE) is None
    assert pins.note(Pinned("file_01", "b", "beta")) is not None
    assert pins.lookup("file_01", NOW) == Pinned("file_01", "b", "beta")


def test_an_expiry_moves_in_steps() -> None:
    pins = Pins()
    pins.note(Pinned("container_01", "a", "alpha", NOW))
    assert pins.note(Pinned("container_01", "a", "alpha", NOW + PERSISTED_STEP)) is None
    later = Pinned("container_01", "a", "alpha", NOW + PERSISTED_STEP + 1)
    assert pins.note(later) == later
    for_good = Pinned("container_01", "a", "alpha")
    assert pins.note(for_good) == for_good
    assert pins.note(later) is None


def test_what_has_expired_or_was_deleted_is_unknown() -> None:
    pins = Pins()
    pins.load([Pinned("msgbatch_01", "a", "", NOW), FILE])
    assert pins.lookup("msgbatch_01", NOW - 1) is not None
    assert pins.lookup("msgbatch_01", NOW) is None
    assert pins.drop("file_01", "a") == Unpinned("file_01", "a")
    assert pins.lookup("file_01", NOW) is None
    pins.load([FILE, Unpinned("file_01", "a")])
    assert pins.lookup("file_01", NOW) is None


def test_a_kind_is_looked_for_although_its_pins_were_forgotten() -> None:
    pins = Pins(limit=1)
    pins.load([FILE, Pinned("msgbatch_01", "a")])
    assert pins.lookup("file_01", NOW) is None
    assert pins.kinds == {"file", "msgbatch"}
    assert repr(pins) == "<Pins 1 and 0 turns, each of at most 1>"


def turn(number: int, noted_at: float = NOW) -> Pinned:
    return Pinned(f"msg_{number}", "a", "alpha", noted_at + TURN_SECONDS)


def test_turns_of_threads_are_kept_apart() -> None:
    pins = Pins(limit=2)
    pins.note(FILE)
    for number in range(3):
        assert pins.note(turn(number)) == turn(number)
    assert pins.note(turn(2)) is None
    assert [pins.lookup(f"msg_{number}", NOW) for number in range(3)] == [None, turn(1), turn(2)]
    assert pins.lookup("file_01", NOW) == FILE
    assert pins.kinds == {"file"}
    assert pins.lookup("msg_2", NOW + TURN_SECONDS) is None
    pins.load([Unpinned("msg_1", "a")])
    assert pins.lookup("msg_1", NOW) is None
    assert len(pins) == 2


def test_turns_that_have_expired_make_room() -> None:
    pins = Pins()
    for number in range(5):
        pins.note(turn(number))
    pins.note(turn(5, NOW + TURN_SECONDS - 1))
    assert len(pins) == 6
    for number in (6, 7):
        pins.note(turn(number, NOW + TURN_SECONDS))
    assert len(pins) == 4


things = st.sampled_from([f"file_{number}" for number in range(6)])
accounts = st.sampled_from(["a", "b"])
changes = st.one_of(st.builds(Pinned, things, accounts), st.builds(Unpinned, things, accounts))


@given(st.lists(changes))
def test_bounded_and_the_last_word_counts(said: list[PinChange]) -> None:
    pins = Pins(limit=3)
    pins.load(said)
    assert len(pins) <= 3
    last = {change.id: change for change in said}
    for thing in last:
        found = pins.lookup(thing, NOW)
        assert found is None or found == last[thing]
    if said and isinstance(said[-1], Pinned):
        assert pins.lookup(said[-1].id, NOW) == said[-1]


def test_deciding() -> None:
    other = Pinned("file_02", "b", "beta")
    assert decide([], NAMES) is None
    assert decide([FILE, Pinned("container_01", "a", "old name")], NAMES) == BOUND
    assert decide([FILE, other], NAMES) == Split(BOUND, Bound("b", "beta", "file_02"))
    assert decide([other], {"a": "alpha"}) == HolderRemoved(other)


def pool_of(*accounts: Account, policy: str = "session") -> AccountPool:
    pool = AccountPool(policy)
    pool.configure(accounts, policy, 18_000.0)
    return pool


ALPHA, BETA = Account(id="a", name="alpha"), Account(id="b", name="beta")
BOUND_REQUEST = PickRequest(session="s", bound=BOUND)


def test_a_bound_request_goes_nowhere_else() -> None:
    pool = pool_of(BETA, ALPHA)
    taken = pool.acquire(BOUND_REQUEST, NOW)
    assert isinstance(taken, Acquired)
    assert taken.lease.account == ALPHA
    assert taken.pick.why == "bound to alpha by file_01"
    assert [(each.account, each.out) for each in taken.pick.candidates] == [
        ("beta", "bound to alpha by file_01"),
        ("alpha", None),
    ]
    assert not pool.another_available(BOUND_REQUEST, NOW, ["a"])


def test_a_bound_request_says_what_is_wrong_with_its_account_alone() -> None:
    pool = pool_of(ALPHA, BETA)
    pool.apply([Benched("a", "", NOW + 60, "rate limited"), AttentionNeeded("b", "look")], NOW)
    answer = pool.acquire(BOUND_REQUEST, NOW)
    assert isinstance(answer, Exhausted)
    assert [(account.name, reason.reason) for account, reason in answer.unavailable] == [("alpha", "rate limited")]
    assert answer.earliest == NOW + 60
    assert answer.pick.why == "bound to alpha by file_01, which is not available"


def test_a_bound_account_that_is_gone() -> None:
    answer = pool_of(BETA).acquire(BOUND_REQUEST, NOW)
    assert isinstance(answer, Exhausted)
    assert (answer.unavailable, answer.earliest, answer.bound) == ([], None, BOUND)


def test_a_bound_account_is_tried_although_a_guess_speaks_against_it() -> None:
    pool = pool_of(ALPHA, BETA)
    pool.apply([Benched("a", "", NOW + 60, "overloaded", guess=True)], NOW)
    taken = pool.acquire(BOUND_REQUEST, NOW)
    assert isinstance(taken, Acquired)
    assert taken.lease.account == ALPHA


def test_the_session_stays_where_it_is() -> None:
    pool = pool_of(ALPHA, BETA)
    pool.apply([SessionBound("s", "b", NOW + 1000)], NOW)
    bound = pool.acquire(BOUND_REQUEST, NOW)
    assert isinstance(bound, Acquired)
    assert (bound.lease.account, bound.changes) == (ALPHA, [])
    pool.settle(bound.lease, Served(), NOW, 0.0)
    after = pool.acquire(PickRequest(session="s"), NOW)
    assert isinstance(after, Acquired)
    assert after.lease.account == BETA


def test_lists_and_uploads_go_to_one_account_whatever_the_policy() -> None:
    for policy in ("session", "round-robin", "least-requests", "weighted"):
        first = Account(id="c", name="first", priority=1)
        newer = Account(id="d", name="newer", priority=1)
        pool = pool_of(newer, first, Account(id="z", name="last", priority=2), policy=policy)
        for _ in range(3):
            taken = pool.acquire(PickRequest(session="s", collection=True, auxiliary=True), NOW)
            assert isinstance(taken, Acquired)
            assert (taken.lease.account, taken.changes) == (first, [])
            assert taken.pick.why == "lists and uploads go to the first by priority and age: first"
        pool.apply([AttentionNeeded("c", "look")], NOW)
        taken = pool.acquire(PickRequest(session="s", collection=True), NOW)
        assert isinstance(taken, Acquired)
        assert taken.lease.account.name == "newer"


def test_what_nobody_knows_is_sought_elsewhere_and_only_that() -> None:
    seeking = Situation(another_available=True, seeking=True, auxiliary=True)
    assert next_step(Rejected(404), seeking, RetryRules(), 0.0) == TryAnother(0.0)
    assert next_step(Rejected(400), seeking, RetryRules(), 0.0) == Relay()
    alone = msgspec.structs.replace(seeking, another_available=False)
    assert next_step(Rejected(404), alone, RetryRules(), 0.0) == Relay()
    assert next_step(Rejected(404), Situation(another_available=True), RetryRules(), 0.0) == Relay()
    pinned = Situation(another_available=True, pinned=True)
    assert next_step(AnswerLost("reset"), pinned, RetryRules(), 0.0) == AnswerForUpstream()


def test_those_that_wait_for_one_account_keep_nobody_else_waiting() -> None:
    bound, free = LaneKey.of(BOUND_REQUEST, (), 0), LaneKey.of(PickRequest(session="s"), (), 0)
    assert bound != free
    assert bound == LaneKey.of(PickRequest(session="t", bound=Bound("a", "alpha", "file_02")), (), 0)


def test_who_is_passed_over_by_a_fixed_choice_was_free() -> None:
    pool = pool_of(BETA, ALPHA, policy="round-robin")
    taken = pool.acquire(PickRequest(session="s", collection=True), NOW)
    assert isinstance(taken, Acquired)
    assert [(each.account, each.out, each.chosen) for each in taken.pick.candidates] == [
        ("beta", None, False),
        ("alpha", None, True),
    ]
    candidates = [PolicyCandidate(account, AccountState()) for account in (BETA, ALPHA)]
    assert fixed_choice(PickRequest(session="s"), candidates) is None


def test_pins_reach_the_pool_with_all_other_changes() -> None:
    pool = AccountPool()
    pool.apply([SessionBound("s", "a", NOW + 1), FILE, Benched("a", "", NOW + 1, "r")], NOW)
    assert pool.pins.lookup("file_01", NOW) == FILE


THREAD = PickRequest(session="s", thread=Bound("a", "alpha", "msg_01"))


def test_a_thread_draws_the_request_and_does_not_hold_it() -> None:
    pool = pool_of(BETA, ALPHA, policy="round-robin")
    for _ in range(3):
        taken = pool.acquire(THREAD, NOW)
        assert isinstance(taken, Acquired)
        assert (taken.lease.account, taken.pick.why) == (ALPHA, "alpha has the thread of msg_01")
    assert pool.another_available(THREAD, NOW, ["a"])
    pool.apply([Benched("a", "", NOW + 60, "rate limited")], NOW)
    taken = pool.acquire(THREAD, NOW)
    assert isinstance(taken, Acquired)
    assert taken.lease.account == BETA
    pool.configure([BETA], "round-robin", 18_000.0)
    assert isinstance(pool.acquire(THREAD, NOW), Acquired)


def test_a_thread_outranks_priority_and_a_name_outranks_it() -> None:
    pool = pool_of(Account(id="b", name="beta", priority=-1), ALPHA)
    taken = pool.acquire(THREAD, NOW)
    assert isinstance(taken, Acquired)
    assert taken.lease.account == ALPHA
    named = pool.acquire(msgspec.structs.replace(THREAD, account="beta"), NOW)
    assert isinstance(named, Acquired)
    assert named.lease.account.name == "beta"


def test_where_a_session_will_be() -> None:
    pool = pool_of(ALPHA, BETA)
    pool.apply([SessionBound("s", "b", NOW + 100)], NOW)
    assert pool.session_account("s", NOW + 99) == "b"
    assert pool.session_account("s", NOW + 100) is None
    assert pool.session_account("t", NOW) is None
    assert pool_of(ALPHA, policy="round-robin").session_account("s", NOW) is None
