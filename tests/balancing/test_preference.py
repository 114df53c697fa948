"""Predictions order accounts and delay those who can wait; they turn nobody away."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.change import BenchCleared
from claudeflare.balancing.decision import Candidate
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.limit_reading import ALLOWED, WARNING, BucketReading, LimitReading, WindowReading
from claudeflare.balancing.outcome import ConnectFailed, Served
from claudeflare.balancing.pool import AccountPool
from claudeflare.balancing.preference import CLOSE
from claudeflare.settings import STRATEGIES

NOW = 1_000_000.0
HOUR = 3_600.0


class Scene:
    """A pool and what its accounts' answers say."""

    def __init__(self, *accounts: Account, policy: str = "session", **options: Any) -> None:
        self.pool = AccountPool(policy, HOUR, **options)
        self.pool.configure(accounts, policy, HOUR)

    def take(self, session: str = "s", now: float = NOW, **asked: Any) -> Acquired:
        taken = self.ask(session, now, **asked)
        assert isinstance(taken, Acquired)
        return taken

    def ask(self, session: str = "s", now: float = NOW, *, patient: bool = False, **asked: Any) -> Acquired | Exhausted:
        request = PickRequest(session=session, model_class="opus", **asked)
        return self.pool.acquire(request, now, patient=patient)

    def answer(self, name: str, reading: LimitReading, now: float = NOW) -> None:
        """A request to this account is answered so."""
        lease = self.take("an answer", now, account=name).lease
        self.pool.learn_limits(lease, reading, now)
        self.pool.settle(lease, Served(), now, 0.5)

    def end(self, lease: Lease, now: float = NOW) -> None:
        self.pool.settle(lease, Served(), now, 0.5)


def account(name: str, **fields: Any) -> Account:
    return Account(id=f"id-{name}", name=name, **fields)


def input_left(tokens: int) -> LimitReading:
    """So much for certain: answers round to thousands."""
    return LimitReading((BucketReading("input", 60_000, tokens + 500),))


def window(used: float, status: str = ALLOWED) -> LimitReading:
    return LimitReading(windows=(WindowReading("5h", used, NOW + HOUR, status),))


@pytest.mark.parametrize("policy", STRATEGIES)
def test_accounts_predicted_to_accept_come_first(policy: str) -> None:
    scene = Scene(account("a", tier=20), account("b"), policy=policy)
    scene.answer("a", input_left(0))
    taken = scene.take(estimate=5_000)
    assert taken.lease.account.name == "b"
    assert taken.pick.candidates[0] == Candidate(
        "a", None, "predicted to refuse: too few input tokens left this minute", NOW + 5.0
    )


@pytest.mark.parametrize("policy", STRATEGIES)
def test_a_better_priority_that_would_refuse_comes_second(policy: str) -> None:
    scene = Scene(account("a"), account("b", priority=1), policy=policy)
    scene.answer("a", input_left(0))
    assert scene.take(estimate=5_000).lease.account.name == "b"
    assert scene.take(estimate=5_000, now=NOW + 5.0, session="new").lease.account.name == "a"


def test_the_patient_are_told_when() -> None:
    scene = Scene(account("a"), account("b"))
    scene.answer("a", input_left(1_000))
    scene.answer("b", input_left(2_000))
    told = scene.ask(estimate=5_000, patient=True)
    assert isinstance(told, Exhausted)
    assert told.short
    assert told.earliest == NOW + 3.0
    assert told.pick.why == "every free account is predicted to refuse"
    assert [reason.until for _, reason in told.unavailable] == [NOW + 4.0, NOW + 3.0]
    assert not any(scene.pool.in_flight().values())
    later = scene.ask(estimate=5_000, patient=True, now=NOW + 3.0)
    assert isinstance(later, Acquired)
    assert later.lease.account.name == "b"


def test_the_impatient_get_the_first_to_accept_again() -> None:
    scene = Scene(account("a"), account("b"), account("c", tier=20))
    for name, tokens in (("a", 1_000), ("b", 4_000), ("c", 0)):
        scene.answer(name, input_left(tokens))
    taken = scene.take(estimate=6_000)
    assert taken.lease.account.name == "b"
    assert taken.pick.why.startswith("every free account is predicted to refuse, so the first to accept again is used")
    [chosen] = [one for one in taken.pick.candidates if one.chosen]
    assert chosen.until == NOW + 2.0


def test_of_equal_waits_the_policy_chooses() -> None:
    scene = Scene(account("a"), account("b", tier=5), policy="weighted")
    for name in "ab":
        scene.answer(name, input_left(0))
    names = []
    for _ in range(12):
        lease = scene.take(estimate=60_000).lease
        scene.pool.settle(lease, ConnectFailed("refused"), NOW, 0.5)
        names.append(lease.account.name)
        scene.pool.apply([BenchCleared(lease.account.id, "")], NOW)
    assert names.count("b") == 10


def test_nothing_is_short_where_nothing_is_known() -> None:
    scene = Scene(account("a"))
    assert isinstance(scene.ask(estimate=10**9, patient=True), Acquired)
    scene.answer("a", input_left(0))
    assert isinstance(
        scene.pool.acquire(PickRequest(session="s", model_class="haiku", estimate=9_999), NOW, patient=True), Acquired
    )


def test_nobody_is_short_who_is_out() -> None:
    """Benched by a guess while the rest is benched for good: a guess turns nobody away, patient or not."""
    scene = Scene(account("a"))
    scene.answer("a", input_left(0))
    for _ in range(5):
        scene.pool.settle(scene.take("x", account="a").lease, ConnectFailed("refused"), NOW, 0.5)
    assert isinstance(scene.ask(estimate=5_000, patient=True), Acquired)


def test_requests_under_way_are_reckoned_with() -> None:
    scene = Scene(account("a"))
    scene.answer("a", input_left(9_000))
    first = scene.take("1", estimate=5_000)
    assert first.lease.reservation is not None
    second = scene.ask("2", estimate=5_000, patient=True)
    assert isinstance(second, Exhausted)
    assert second.earliest == NOW + 1.0
    scene.pool.settle(first.lease, ConnectFailed("refused"), NOW, 0.5)
    assert isinstance(scene.ask("2", estimate=5_000, patient=True), Acquired)


def test_a_session_is_expected_to_count_what_it_counted_before() -> None:
    scene = Scene(account("a"))
    scene.answer("a", input_left(9_000))
    lease = scene.take("cached", estimate=8_000).lease
    scene.pool.counted(lease, 400, 100)
    scene.end(lease)
    assert isinstance(scene.ask("cached", estimate=20_000, patient=True), Acquired), "1,000 tokens by its own ratio"


def test_what_is_counted_after_the_end_is_not_counted_twice() -> None:
    scene = Scene(account("a"))
    scene.answer("a", input_left(9_000))
    lease = scene.take("s", estimate=8_000).lease
    scene.end(lease)
    scene.pool.counted(lease, 400, 100)
    assert isinstance(scene.ask("s", estimate=8_000, patient=True), Exhausted)


@pytest.mark.parametrize("policy", STRATEGIES)
def test_a_warned_account_is_left_to_those_who_have_to(policy: str) -> None:
    scene = Scene(account("a", tier=20), account("b"), policy=policy)
    scene.answer("a", window(0.9, WARNING))
    taken = [scene.take(f"s{number}") for number in range(4)]
    assert [one.lease.account.name for one in taken] == ["b"] * 4
    assert taken[0].pick.candidates[0] == Candidate("a", out=CLOSE.reason)
    scene.answer("b", window(0.9, WARNING))
    names = {scene.take(f"t{number}").lease.account.name for number in range(60)}
    assert "a" in names


def test_a_session_stays_on_a_warned_account() -> None:
    scene = Scene(account("a"), account("b", tier=20))
    scene.answer("a", window(0.5))
    first = scene.pool.acquire(PickRequest(session="s", model_class="opus"), NOW, ("id-b",))
    assert isinstance(first, Acquired)
    scene.answer("a", window(0.9, WARNING))
    assert scene.take("s").lease.account.name == "a"
    assert scene.take("t").lease.account.name == "b"


def test_priority_comes_before_a_warning() -> None:
    scene = Scene(account("a"), account("b", priority=1))
    scene.answer("a", window(0.9, WARNING))
    assert scene.take().lease.account.name == "a"


def test_new_sessions_go_where_most_is_left_for_the_tier() -> None:
    scene = Scene(account("a", tier=5), account("b", tier=5), account("c"))
    scene.answer("a", window(0.9))
    scene.answer("b", window(0.5))
    taken = scene.take()
    assert taken.lease.account.name == "b"
    assert [one.score for one in taken.pick.candidates] == [pytest.approx(0.5), 2.5, 1.0]


def test_gauges_are_made_anew_only_by_news() -> None:
    scene = Scene(account("a"), account("b"))
    assert scene.pool.gauges() == {}
    scene.answer("a", input_left(5))
    known = scene.pool.gauges()
    assert known.keys() == {"id-a"}
    scene.end(scene.take().lease)
    assert scene.pool.gauges() is known
    scene.pool.configure([account("b")], "session", HOUR)
    assert scene.pool.gauges() == {}


def test_an_answer_to_a_removed_account_teaches_nothing() -> None:
    scene = Scene(account("a"), account("b"))
    lease = scene.take(account="a").lease
    scene.pool.configure([account("b")], "session", HOUR)
    assert scene.pool.learn_limits(lease, input_left(0), NOW) == []
    scene.end(lease)
    assert scene.pool.gauges() == {}
