"""The queue: who is let go, in which order, when, and who has waited too long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.account import Account, AccountState
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.lane import LOOK_AGAIN_SECONDS, STEP_SECONDS, Waiter
from claudeflare.balancing.lease import Acquired, Exhausted, Lease, PickRequest
from claudeflare.balancing.waiting import LINES_SHOWN, WaitingLine, WaitingQueue

NOW = 1_000.0
LONGEST = 60.0


class Capacity:
    """Stands for the pool: takes so many requests of a model class, nobody before a time."""

    def __init__(self, free: int = 0, opens_at: float | None = NOW, short: bool = False) -> None:
        self.free: dict[str, int] = {}
        self.default = free
        self.opens_at = opens_at
        self.short = short
        self.asked: list[tuple[str | None, bool]] = []

    def __call__(
        self, request: PickRequest, now: float, exclude: Collection[str], patient: bool
    ) -> Acquired | Exhausted:
        self.asked.append((request.client_key, patient))
        free = self.free.setdefault(request.model_class, self.default)
        if free and self.opens_at is not None and now >= self.opens_at:
            self.free[request.model_class] = free - 1
            return acquired()
        if self.short and not patient:
            return acquired()
        return exhausted(self.opens_at, short=self.short)


def acquired() -> Acquired:
    account = Account(id="1", name="one")
    return Acquired(Lease(account, NOW, "", False, AccountState()), Pick("session", "free"), [])


def exhausted(earliest: float | None, *, short: bool = False) -> Exhausted:
    return Exhausted([], earliest, Pick("session", "nobody"), short)


def waiter(key: str | None = "k", model: str = "opus", since: float = NOW, **options: Any) -> Waiter:
    request = PickRequest(session="s", client_key=key, model_class=model, account=options.pop("account", None))
    return Waiter(request=request, since=since, deadline=since + LONGEST, resume=lambda answer: None, **options)


def queue_of(*waiters: Waiter, earliest: float = NOW + 5) -> WaitingQueue:
    queue = WaitingQueue(1000, 10**9)
    for one in waiters:
        queue.join(one, exhausted(earliest))
    return queue


def let_go(queue: WaitingQueue, capacity: Capacity, *, until: float) -> list[Waiter]:
    """Everybody who was let go until then, moving time as the queue's timer does."""
    gone: list[Waiter] = []
    while (due := queue.due()) is not None and due <= until:
        gone += [one for one, answer in queue.advance(due, capacity) if isinstance(answer, Acquired)]
    return gone


def test_nobody_is_looked_at_before_the_predicted_time() -> None:
    queue = queue_of(waiter())
    capacity = Capacity(1)
    assert queue.due() == NOW + 5
    assert queue.advance(NOW + 4.9, capacity) == []
    assert capacity.asked == []
    ((gone, answer),) = queue.advance(NOW + 5, capacity)
    assert isinstance(answer, Acquired)
    assert gone.lane is None
    assert (len(queue), queue.due()) == (0, None)


def test_a_change_has_everybody_looked_at_again() -> None:
    queue = queue_of(waiter(model="opus"), waiter(model="haiku"))
    queue.look_again()
    assert len(queue.advance(NOW, Capacity(1))) == 2


def test_first_come_first_served_within_a_lane() -> None:
    waiters = [waiter() for _ in range(20)]
    assert let_go(queue_of(*waiters), Capacity(20), until=NOW + 20) == waiters


def test_client_keys_take_turns() -> None:
    many = [waiter("many") for _ in range(6)]
    few = [waiter("few") for _ in range(2)]
    queue = queue_of(*many, *few)
    capacity = Capacity(8)
    gone = [one.request.client_key for one in let_go(queue, capacity, until=NOW + 20)]
    assert gone[:4] in (["many", "few"] * 2, ["few", "many"] * 2)
    assert Counter(gone) == {"many": 6, "few": 2}


def test_turns_go_on_where_they_stopped() -> None:
    """With room for one at a time nobody comes first twice in a row."""
    queue = queue_of(*(waiter("a") for _ in range(3)), *(waiter("b") for _ in range(3)))
    capacity = Capacity()
    gone = []
    for step in range(6):
        capacity.free["opus"] = 1
        queue.look_again()
        gone += queue.advance(NOW + 5 + step, capacity)
    assert [one.request.client_key for one, _ in gone] == ["a", "b"] * 3


def test_one_models_wait_never_blocks_another() -> None:
    blocked = [waiter(model="opus") for _ in range(3)]
    queue = queue_of(*blocked, waiter(model="haiku"))
    capacity = Capacity()
    capacity.free["haiku"] = 1
    assert [one.request.model_class for one, _ in queue.advance(NOW + 5, capacity)] == ["haiku"]
    assert len(queue) == 3


def test_a_lane_that_opens_lets_one_go_then_two_then_four() -> None:
    queue = queue_of(*(waiter() for _ in range(10)))
    capacity = Capacity(10)
    counts = []
    for step in range(5):
        counts.append(len(queue.advance(NOW + 5 + step * STEP_SECONDS, capacity)))
        assert queue.advance(NOW + 5 + step * STEP_SECONDS + 0.01, capacity) == []
    assert counts == [1, 2, 4, 3, 0]


def test_one_that_comes_back_is_first_again_and_slows_the_others_down() -> None:
    waiters = [waiter() for _ in range(9)]
    queue = queue_of(*waiters)
    capacity = Capacity(9)
    first, *_ = (one for one, _ in queue.advance(NOW + 5, capacity))
    assert len(queue.advance(NOW + 5 + STEP_SECONDS, capacity)) == 2
    queue.slow_down(first, NOW + 5.3)
    first.returns += 1
    queue.join(first, exhausted(NOW + 6))
    assert queue.advance(NOW + 5 + 2 * STEP_SECONDS, capacity) == []
    assert [one for one, _ in queue.advance(NOW + 6, capacity)] == [first]
    assert [one for one, _ in queue.advance(NOW + 6 + STEP_SECONDS, capacity)] == waiters[3:5]


def test_one_that_comes_back_again_and_again_holds_nobody_up() -> None:
    large, small = waiter(), waiter()
    queue = queue_of(large, small)
    queue.leave(large)
    large.returns = 2
    queue.join(large, exhausted(NOW + 50))
    assert [one for one, _ in queue.advance(NOW + 5, Capacity(1))] == [small]


def test_whoever_has_waited_too_long_gets_the_reasons() -> None:
    queue = queue_of(waiter(), waiter(since=NOW + 1))
    capacity = Capacity(opens_at=NOW + 59)
    assert queue.advance(NOW + 5, capacity) == []
    capacity.opens_at = NOW + 60.5
    ((late, answer),) = queue.advance(NOW + 60, capacity)
    assert late.since == NOW
    assert isinstance(answer, Exhausted)
    assert len(queue) == 1
    assert queue.due() == NOW + 60.5


def test_nobody_waits_on_when_it_has_become_useless() -> None:
    for later in (NOW + 61, None):
        ((_, answer),) = queue_of(waiter()).advance(NOW + 5, Capacity(opens_at=later))
        assert isinstance(answer, Exhausted)


def test_a_prediction_only_delays() -> None:
    capacity = Capacity(opens_at=NOW + 30, short=True)
    queue = queue_of(waiter(), earliest=NOW + 5)
    assert queue.advance(NOW + 5, capacity) == []
    capacity.opens_at = NOW + 600
    queue.look_again()
    ((_, answer),) = queue.advance(NOW + 6, capacity)
    assert isinstance(answer, Acquired)
    assert capacity.asked == [("k", True), ("k", True), ("k", False)]


def test_at_the_deadline_patience_ends() -> None:
    capacity = Capacity(opens_at=NOW + 59, short=True)
    queue = queue_of(waiter())
    queue.advance(NOW + 5, capacity)
    capacity.opens_at = NOW + 70
    ((_, answer),) = queue.advance(NOW + LONGEST, capacity)
    assert isinstance(answer, Acquired)
    assert capacity.asked[-1] == ("k", False)


def test_an_account_due_this_moment_does_not_keep_the_loop_busy() -> None:
    queue = queue_of(waiter(), earliest=NOW)
    queue.advance(NOW, Capacity(opens_at=NOW))
    assert queue.due() == NOW + LOOK_AGAIN_SECONDS


def test_leaving() -> None:
    waiters = [waiter() for _ in range(5)]
    queue = queue_of(*waiters)
    queue.leave(waiters[2])
    queue.leave(waiters[2])
    queue.leave(waiters[0])
    assert let_go(queue, Capacity(5), until=NOW + 20) == [waiters[1], waiters[3], waiters[4]]


def test_newcomers_queue_behind_those_of_their_lane_only() -> None:
    queue = queue_of(waiter(), waiter(account="one"))
    for same in (waiter(), waiter(account="one")):
        assert queue.lane(same.request, ()) is not None
    for other in (waiter("other"), waiter(model="haiku"), waiter(account="two")):
        assert queue.lane(other.request, ()) is None
    assert queue.lane(waiter().request, ("failed",)) is None


def test_the_queue_is_bounded_by_number_and_bytes() -> None:
    queue = WaitingQueue(2, 1000)
    queue.join(waiter(size=600), exhausted(NOW))
    assert queue.has_room(400)
    assert not queue.has_room(401)
    second = waiter(size=100)
    queue.join(second, exhausted(NOW))
    assert not queue.has_room(0)
    queue.leave(second)
    assert queue.has_room(400)
    assert repr(queue) == "<WaitingQueue 1 of at most 2, 600 bytes>"


def test_what_people_are_shown() -> None:
    queue = queue_of(waiter("a", since=NOW + 2), waiter("a", since=NOW + 3), waiter(None, "", since=NOW, account="one"))
    assert queue.lines() == [
        WaitingLine(None, "", "one", 1, NOW, NOW + 5),
        WaitingLine("a", "opus", None, 2, NOW + 2, NOW + 5),
    ]
    crowd = queue_of(*(waiter(str(number)) for number in range(LINES_SHOWN + 5)))
    assert len(crowd.lines()) == LINES_SHOWN


def test_everybody_is_sent_away_with_what_they_waited_for() -> None:
    waiters = [waiter(), waiter("b")]
    queue = queue_of(*waiters)
    assert {id(one) for one, _ in queue.clear()} == {id(one) for one in waiters}
    assert len(queue) == 0


ARRIVALS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["opus", "haiku"])), min_size=1, max_size=40)


@given(ARRIVALS, st.data())
def test_everybody_is_let_go_once_in_the_order_of_its_lane(
    arrivals: list[tuple[str, str]], data: st.DataObject
) -> None:
    waiters = [waiter(key, model) for key, model in arrivals]
    queue = queue_of(*waiters)
    gone: list[Waiter] = []
    left: list[Waiter] = []
    now, capacity = NOW + 5, Capacity()
    for step in range(400):
        if not len(queue):
            break
        now += 0.1
        for model in ("opus", "haiku"):
            capacity.free[model] = data.draw(st.integers(0, 3)) if step < 20 else 3
        if step < 20 and data.draw(st.booleans()):
            leaver = data.draw(st.sampled_from(waiters))
            if leaver.lane is not None:
                queue.leave(leaver)
                left.append(leaver)
        queue.look_again()
        gone += [one for one, answer in queue.advance(now, capacity) if isinstance(answer, Acquired)]
    assert len(gone) + len(left) == len(waiters)
    assert len({id(one) for one in gone}) == len(gone)
    for key, model in set(arrivals):
        numbers = [one.number for one in gone if (one.request.client_key, one.request.model_class) == (key, model)]
        assert numbers == sorted(numbers)
    assert (len(queue), queue.due(), queue.has_room(10**9)) == (0, None, True)
