"""Failures other projects of this kind had in their routing, each as a test that it cannot happen here."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.affinity import session_key
from claudeflare.balancing.benches import LONGEST_SECONDS
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.limit_reading import ALLOWED, REJECTED, BucketReading, LimitReading, WindowReading
from claudeflare.balancing.outcome import (
    AccountRefused,
    ClientGone,
    LimitKind,
    Outcome,
    Overloaded,
    RateLimited,
    Rejected,
    Served,
    ServerError,
)
from claudeflare.balancing.pool import AccountPool
from claudeflare.settings import STRATEGIES

HOUR = 3_600.0
NOW = 1_000_000.0


def account(name: str, **fields: Any) -> Account:
    return Account(id=f"id-{name}", name=name, **fields)


def pool_of(*accounts: Account, policy: str = "session", **options: Any) -> AccountPool:
    pool = AccountPool(policy, HOUR, **options)
    pool.configure(accounts, policy, HOUR)
    return pool


def ask(pool: AccountPool, now: float = NOW, **asked: Any) -> Acquired | Exhausted:
    return pool.acquire(PickRequest(**{"session": "s", "model_class": "opus", **asked}), now)


def use(
    pool: AccountPool, outcome: Outcome, now: float = NOW, reading: LimitReading | None = None, **asked: Any
) -> str:
    """One request; the account it went to."""
    taken = ask(pool, now, **asked)
    assert isinstance(taken, Acquired)
    if reading is not None:
        pool.learn_limits(taken.lease, reading, now)
    pool.settle(taken.lease, outcome, now, 0.5)
    return taken.lease.account.name


def limited(kind: LimitKind, seconds: float | None, model_class: str = "") -> RateLimited:
    return RateLimited(kind, seconds, None if seconds is None else NOW + seconds, model_class)


def plan(used: float, status: str = ALLOWED, *, extra_usage: bool = False) -> LimitReading:
    return LimitReading(windows=(WindowReading("5h", used, NOW + HOUR, status),), extra_usage=extra_usage)


def test_stickiness_never_pins_a_session_to_a_limited_account() -> None:
    pool = pool_of(account("a", tier=20), account("b"))
    assert use(pool, limited(LimitKind.WINDOW, 600.0)) == "a"
    assert use(pool, Served()) == "b"
    assert use(pool, Served(), NOW + 900.0) == "b", "a moved session stays where it moved"


@pytest.mark.parametrize(("outranks", "expected"), [(True, "second"), (False, "first")])
def test_priority_against_stickiness_is_a_setting(outranks: bool, expected: str) -> None:
    pool = pool_of(account("first"), account("second", priority=1), binding_outranks_priority=outranks)
    use(pool, limited(LimitKind.WINDOW, 60.0))
    assert use(pool, Served()) == "second"
    assert use(pool, Served(), NOW + 120.0) == expected


def test_a_session_does_not_change_with_its_model() -> None:
    pool = pool_of(account("a"), account("b"), account("c"))
    key = session_key("client", "conversation")
    assert len({use(pool, Served(), session=key, model_class=family) for family in ("opus", "haiku", "sonnet")}) == 1
    assert key != session_key("another client", "conversation")


def test_a_429_without_a_window_is_no_quota() -> None:
    pool = pool_of(account("a"))
    assert use(pool, limited(LimitKind.WINDOWLESS, None)) == "a"
    assert use(pool, Served()) == "a"


def test_a_limit_of_one_model_does_not_take_the_account_out() -> None:
    pool = pool_of(account("a"))
    use(pool, limited(LimitKind.WINDOW, HOUR, "opus"))
    assert isinstance(ask(pool, model_class="opus"), Exhausted)
    assert use(pool, Served(), model_class="haiku") == "a"


def test_a_limit_of_the_account_takes_all_models_out() -> None:
    pool = pool_of(account("a"))
    use(pool, limited(LimitKind.WINDOW, HOUR, ""))
    assert all(isinstance(ask(pool, model_class=family), Exhausted) for family in ("opus", "haiku", ""))


def test_a_good_answer_benches_nobody_whatever_its_headers_say() -> None:
    pool = pool_of(account("a"))
    use(pool, Served(), reading=plan(1.2, REJECTED, extra_usage=True))
    assert use(pool, Served()) == "a"


def test_who_wants_the_plan_only_is_not_led_into_extra_usage() -> None:
    pool = pool_of(account("a", allow_extra_usage=False), account("b", tier=1, priority=9))
    assert use(pool, Served(), reading=plan(1.0, ALLOWED, extra_usage=True)) == "a"
    taken = ask(pool)
    assert isinstance(taken, Acquired)
    assert taken.lease.account.name == "b"
    assert taken.pick.candidates[0].out == "the 5h window is used up, and extra usage is not allowed"
    assert taken.pick.candidates[0].until == NOW + HOUR
    assert use(pool, Served(), NOW + HOUR, session="new") == "a"


def test_a_reserve_is_kept() -> None:
    pool = pool_of(account("a", reserve=0.8))
    assert use(pool, Served(), reading=plan(0.79)) == "a"
    assert use(pool, Served(), reading=plan(0.83)) == "a"
    refused = ask(pool)
    assert isinstance(refused, Exhausted)
    assert refused.earliest == NOW + HOUR
    assert refused.unavailable[0][1].reason == "83% of the 5h window is used, and the rest is kept in reserve"
    assert use(pool, Served(), NOW + HOUR) == "a"


@pytest.mark.parametrize("reserve", [None, 1.0])
def test_without_a_reserve_windows_are_used_to_the_end(reserve: float | None) -> None:
    pool = pool_of(account("a", reserve=reserve))
    use(pool, Served(), reading=plan(1.0))
    assert use(pool, Served()) == "a"


def test_overload_is_the_providers_state() -> None:
    pool = pool_of(account("a"), account("b"))
    for number in range(20):
        assert use(pool, Overloaded(), NOW + number * 60.0) in ("a", "b")
    assert isinstance(ask(pool, NOW + 21 * 60.0), Acquired)


@pytest.mark.parametrize("until", [NOW + 18 * 86_400.0, NOW - 5.0])
def test_no_bench_is_longer_than_the_longest_window(until: float) -> None:
    pool = pool_of(account("a"))
    use(pool, RateLimited(LimitKind.WINDOW, None, until))
    refused = ask(pool)
    assert isinstance(refused, Exhausted)
    assert refused.earliest is not None
    assert NOW < refused.earliest <= NOW + LONGEST_SECONDS


def test_fresh_headers_end_a_bench() -> None:
    """Of a request that was sent after the one that was refused, and answered when that had been."""
    pool = pool_of(account("a"))
    refused, later = ask(pool), ask(pool)
    assert isinstance(refused, Acquired)
    assert isinstance(later, Acquired)
    pool.learn_limits(refused.lease, plan(1.0, REJECTED), NOW)
    pool.settle(refused.lease, limited(LimitKind.WINDOW, HOUR), NOW, 0.5)
    assert isinstance(ask(pool), Exhausted)
    assert len(pool.learn_limits(later.lease, plan(0.1), NOW + 1.0)) == 1
    assert isinstance(ask(pool, NOW + 1.0), Acquired)


def test_a_refusal_says_why_and_until_when() -> None:
    pool = pool_of(account("a"), account("b"))
    for _ in range(2):
        use(pool, limited(LimitKind.WINDOW, HOUR))
    refused = ask(pool)
    assert isinstance(refused, Exhausted)
    assert [(one.name, why.reason) for one, why in refused.unavailable] == [
        ("a", "rate limited: usage window is used up"),
        ("b", "rate limited: usage window is used up"),
    ]
    assert refused.earliest == min(why.until or 0.0 for _, why in refused.unavailable)


def test_a_burst_is_spread_before_the_first_refusal() -> None:
    pool = pool_of(account("a"), account("b"), account("c"))
    taken = [ask(pool, session=str(number)) for number in range(30)]
    names = [one.lease.account.name for one in taken if isinstance(one, Acquired)]
    assert {name: names.count(name) for name in "abc"} == {"a": 10, "b": 10, "c": 10}


def test_those_who_come_back_at_once_are_let_in_by_what_there_is() -> None:
    """The herd after a recovery: as many as fit, and of the others each is told a later time."""
    pool = pool_of(account("a"))
    use(pool, Served(), reading=LimitReading((BucketReading("requests", 60, 5),)))
    request = PickRequest(session="s", model_class="opus")
    answers = [pool.acquire(request, NOW, patient=True) for _ in range(20)]
    assert sum(isinstance(one, Acquired) for one in answers) == 5
    assert all(one.earliest == NOW + 1.0 for one in answers if isinstance(one, Exhausted))


def test_when_everyone_is_only_suspected_the_best_is_tried() -> None:
    pool = pool_of(account("a"), account("b"))
    for _ in range(12):
        use(pool, ServerError(500))
    assert isinstance(ask(pool), Acquired)


def test_a_ranking_is_no_gate() -> None:
    """An account whose extra usage is spent, or whose window is close to its end, is last and not out."""
    pool = pool_of(account("a"))
    use(pool, Served(), reading=LimitReading(windows=(WindowReading("overage", 1.0, NOW + HOUR, REJECTED),)))
    use(pool, Served(), reading=plan(0.999))
    assert use(pool, Served()) == "a"


def test_resets_that_jitter_change_nothing() -> None:
    pool = pool_of(account("a", reserve=0.8))
    for jitter in (0.0, 0.4, -0.7, 0.2):
        reading = LimitReading(windows=(WindowReading("5h", 0.5, NOW + HOUR + jitter),))
        assert use(pool, Served(), reading=reading) == "a"


def test_a_client_that_leaves_changes_nothing() -> None:
    pool = pool_of(account("a"))
    for _ in range(20):
        use(pool, ClientGone())
    assert isinstance(ask(pool), Acquired)


@pytest.mark.parametrize("outcome", [Rejected(404), ServerError(500), Overloaded(), AccountRefused("no")])
def test_auxiliary_endpoints_take_no_account_out(outcome: Outcome) -> None:
    pool = pool_of(account("a"))
    for _ in range(20):
        use(pool, outcome, auxiliary=True)
    assert isinstance(ask(pool), Acquired)


def test_what_an_organization_forbids_has_no_timer() -> None:
    pool = pool_of(account("a"))
    use(pool, AccountRefused("This organization has been disabled."))
    refused = ask(pool, NOW + 9_999_999.0)
    assert isinstance(refused, Exhausted)
    assert refused.earliest is None


def test_a_key_added_to_a_limited_organization_does_not_collide() -> None:
    """The two keys share limits, which the second's first answer says."""
    pool = pool_of(account("a"), account("b"))
    pool.learn_organization("id-a", "org")
    use(pool, limited(LimitKind.BUCKET, 60.0, "opus"), account="a")
    assert len(pool.learn_organization("id-b", "org")) == 2
    assert isinstance(ask(pool), Exhausted)


@pytest.mark.parametrize("policy", STRATEGIES)
def test_the_policy_changes_while_requests_run(policy: str) -> None:
    pool = pool_of(account("a"), account("b"))
    use(pool, Served(), reading=LimitReading((BucketReading("requests", 60, 30),)))
    held = [ask(pool, session=str(number)) for number in range(6)]
    pool.configure([account("a"), account("b")], policy, HOUR)
    for one in held:
        assert isinstance(one, Acquired)
        pool.settle(one.lease, Served(), NOW, 0.5)
    assert pool.in_flight() == {"id-a": 0, "id-b": 0}
    assert use(pool, Served()) in ("a", "b")
