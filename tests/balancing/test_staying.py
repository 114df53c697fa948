"""Waiting for the session's account while another is free: worth it when the others are full, and never for long."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.failover import RetryRules, Situation, TryAnother, Wait, next_step
from claudeflare.balancing.lane import Waiter
from claudeflare.balancing.lease import Acquired, Exhausted, PickRequest
from claudeflare.balancing.limit_reading import BucketReading, LimitReading
from claudeflare.balancing.outcome import LimitKind, RateLimited, Served
from claudeflare.balancing.pool import AccountPool
from claudeflare.balancing.staying import ALIVE_SECONDS, LONGEST_SECONDS
from claudeflare.balancing.waiting import WaitingQueue

NOW = 1_000_000.0
LIMIT = 60_000
"""Input tokens a minute: 1,000 flow in each second."""
RULES = RetryRules()


class Scene:
    """Two accounts of their own; the session `s` is at home."""

    def __init__(self, policy: str = "session") -> None:
        self.pool = AccountPool(policy, 3_600.0)
        self.pool.configure([Account(id="home", name="home"), Account(id="other", name="other")], policy, 3_600.0)
        self.left("home", LIMIT)
        assert self.take("s", account="home").lease.account.id == "home"
        if policy == "session":
            self.pool.apply([_bound("s")], NOW)
            self.end(self.take("s"))

    def ask(self, session: str = "s", now: float = NOW, patient: bool = True, **fields: object) -> Acquired | Exhausted:
        wanted = {"estimate": 10_000, "since": now, **fields}
        return self.pool.acquire(PickRequest(session=session, model_class="opus", **wanted), now, patient=patient)

    def take(self, session: str = "s", now: float = NOW, **fields: object) -> Acquired:
        taken = self.ask(session, now, **fields)
        assert isinstance(taken, Acquired)
        return taken

    def end(self, taken: Acquired, outcome: Served | RateLimited = Served(), now: float = NOW) -> None:  # noqa: B008
        self.pool.settle(taken.lease, outcome, now, 0.5)

    def left(self, name: str, tokens: int, now: float = NOW) -> None:
        """An answer of this account says so."""
        request = PickRequest(session="an answer", model_class="opus", account=name)
        taken = self.pool.acquire(request, now)
        assert isinstance(taken, Acquired)
        reading = LimitReading((BucketReading("input", LIMIT, tokens + 500),))
        self.pool.learn_limits(taken.lease, reading, now)
        self.end(taken, now=now)


def _bound(session: str):  # type: ignore[no-untyped-def]
    from claudeflare.balancing.change import SessionBound

    return SessionBound(session, "home", NOW + 3_600.0)


def test_it_waits_when_the_others_are_nearly_full() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", 20_000)
    answer = scene.ask()
    assert isinstance(answer, Exhausted)
    assert (answer.home, answer.short) == ("home", True)
    assert answer.earliest == pytest.approx(NOW + 10.0, abs=1.0), "10,000 tokens have to flow in"
    assert answer.pick.why.startswith("the session's account home is expected to have room soon")


def test_it_moves_when_others_have_plenty() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", LIMIT)
    assert scene.take().lease.account.id == "other"


def test_others_of_which_nothing_is_known_have_plenty() -> None:
    scene = Scene()
    scene.left("home", 0)
    assert scene.take().lease.account.id == "other"


def test_a_long_wait_is_not_worth_it() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", 20_000)
    assert scene.take(estimate=19_000).lease.account.id == "other"


def test_it_waits_only_so_long_from_its_arrival() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", 20_000)
    assert isinstance(scene.ask(since=NOW), Exhausted)
    assert scene.take(since=NOW - LONGEST_SECONDS).lease.account.id == "other"


def test_who_may_not_wait_moves() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", 20_000)
    assert scene.take(patient=False).lease.account.id == "other"
    assert Scene().pool.home(PickRequest(session="s", model_class="opus"), NOW) is None


def test_a_session_that_has_nothing_cached_has_nothing_to_lose() -> None:
    scene = Scene()
    later = NOW + ALIVE_SECONDS + 1.0
    scene.left("home", 0, later)
    scene.left("other", 20_000, later)
    assert scene.take(now=later).lease.account.id == "other"


def test_new_sessions_wait_for_nobody_in_particular() -> None:
    scene = Scene()
    scene.left("home", 0)
    scene.left("other", 20_000)
    assert scene.take("new").lease.account.id == "other"


def test_policies_that_bind_no_sessions_never_wait_for_one_account() -> None:
    scene = Scene("round-robin")
    scene.left("home", 0)
    scene.left("other", 20_000)
    assert scene.take().lease.account.id == "other"


@pytest.mark.parametrize(("retry_after", "stays"), [(3.0, True), (30.0, False)])
def test_a_stated_limit_is_waited_out_when_it_is_short(retry_after: float, stays: bool) -> None:
    scene = Scene()
    scene.left("other", 20_000)
    taken = scene.take()
    limited = RateLimited(LimitKind.BUCKET, retry_after, NOW + retry_after, "opus")
    request = PickRequest(session="s", model_class="opus", estimate=10_000, since=NOW)
    seconds = scene.pool.stay_seconds(taken.lease, request, NOW)
    assert 10.0 < seconds < LONGEST_SECONDS
    situation = Situation(another_available=True, may_wait=True, stay_seconds=seconds)
    step = next_step(limited, situation, RULES, 0.5)
    assert step == (Wait(0.0) if stays else TryAnother(0.0))
    scene.end(taken, limited)
    answer = scene.ask()
    assert isinstance(answer, Exhausted) == stays
    if isinstance(answer, Exhausted):
        assert (answer.home, answer.earliest) == ("home", NOW + retry_after)


def test_another_accounts_limit_is_no_reason_to_stay_there() -> None:
    scene = Scene()
    scene.left("other", 20_000)
    elsewhere = scene.take(account="other")
    assert scene.pool.stay_seconds(elsewhere.lease, PickRequest(session="s", since=NOW), NOW) == 0.0


def test_a_window_is_never_waited_out_at_home() -> None:
    limited = RateLimited(LimitKind.WINDOW, 3.0, NOW + 3.0)
    situation = Situation(another_available=True, may_wait=True, stay_seconds=20.0)
    assert next_step(limited, situation, RULES, 0.5) == TryAnother(0.0)


def waiter(session: str) -> Waiter:
    request = PickRequest(session=session, model_class="opus", estimate=10_000, since=NOW)
    return Waiter(request=request, since=NOW, deadline=NOW + 60.0, resume=lambda answer: None)


def test_who_waits_for_one_account_is_in_nobodys_way() -> None:
    scene, queue = Scene(), WaitingQueue(10, 10**9)
    scene.left("home", 0)
    scene.left("other", 0)
    at_home, new = waiter("s"), waiter("new")
    for each in (at_home, new):
        answer = scene.pool.acquire(each.request, NOW, patient=True)
        assert isinstance(answer, Exhausted)
        queue.join(each, answer)
    scene.left("other", 20_000)

    def ask(request: PickRequest, now: float, exclude: object, patient: bool) -> Acquired | Exhausted:
        return scene.pool.acquire(request, now, patient=patient)

    queue.look_again()
    over = queue.advance(NOW, ask)
    assert [each for each, _ in over] == [new]
    assert (at_home.home, len(queue)) == ("home", 1)
    assert queue.lane(at_home.request, (), "home") is not None, "newcomers of its account queue behind it"
    assert queue.lane(at_home.request, (), None) is None
    scene.left("home", 20_000, NOW + 1.0)
    queue.look_again()
    ((again, answer),) = queue.advance(NOW + 1.0, ask)
    assert again is at_home
    assert isinstance(answer, Acquired)
    assert answer.lease.account.id == "home"
    assert len(queue) == 0
