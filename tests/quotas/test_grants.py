"""Leases in a world of several gateways: requests of any cost, ended in any order, records that come late."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.quotas.client_key import Budget
from claudeflare.quotas.grants import Claim, Grants
from claudeflare.quotas.purse import BudgetLease, Purse, Room

NOW = 1_795_000_000.0
LIMIT = 10.0


def claim(boot: str, *, held: float = 0.0, used: float = 0.0, wanted: float = 1.0, base: float | None = None) -> Claim:
    return Claim(boot=boot, held=held, used=used, wanted=wanted, base=base)


def test_one_gateway_gets_what_there_is() -> None:
    granted = Grants().grant(claim("a"), LIMIT, {"old": 4.0}, NOW + 30, 1.0)
    assert (granted.held, granted.base, granted.elsewhere) == (6.0, 0.0, 0.0)


def test_two_share() -> None:
    grants = Grants()
    assert grants.grant(claim("a"), LIMIT, {}, NOW + 30, 0.25).held == 2.5
    second = grants.grant(claim("b", wanted=20.0), LIMIT, {}, NOW + 30, 0.25)
    assert (second.held, second.elsewhere) == (7.5, 2.5)


def test_what_has_come_on_record_is_not_counted_twice() -> None:
    grants = Grants()
    grants.grant(claim("a", wanted=6.0), LIMIT, {}, NOW + 30, 0.0)
    again = grants.grant(claim("a", held=6.0, used=6.0, wanted=20.0, base=0.0), LIMIT, {"a": 6.0}, NOW + 30, 0.0)
    assert again.held == LIMIT
    assert grants.grant(claim("b"), LIMIT, {"a": 6.0}, NOW + 30, 0.0).held == 0.0


def test_what_a_gateway_spent_before_its_first_lease_is_its_base() -> None:
    granted = Grants().grant(claim("a", wanted=20.0), LIMIT, {"a": 3.0}, NOW + 30, 0.0)
    assert (granted.held, granted.base) == (7.0, 3.0)


def test_who_needs_nothing_keeps_what_it_says() -> None:
    granted = Grants().grant(claim("a", held=2.0, used=2.0, wanted=2.0, base=0.0), LIMIT, {}, NOW + 30, 1.0)
    assert granted.held == 2.0


def test_a_lowered_budget_takes_nothing_back() -> None:
    granted = Grants().grant(claim("a", held=8.0, used=1.0, wanted=9.0, base=0.0), 5.0, {}, NOW + 30, 1.0)
    assert granted.held == 8.0


def test_leases_of_the_dead_end_with_their_time() -> None:
    grants = Grants()
    grants.grant(claim("dead", wanted=9.0), LIMIT, {}, NOW + 30, 0.0)
    grants.forget_dead({"b"}, NOW + 29)
    assert grants.grant(claim("b"), LIMIT, {}, NOW + 30, 0.0).elsewhere == 9.0
    grants.forget_dead({"b"}, NOW + 30)
    assert grants.grant(claim("b", wanted=20.0), LIMIT, {"dead": 1.0}, NOW + 30, 0.0).held == 9.0


def test_a_lease_of_the_control_before_is_known_by_what_its_gateway_says() -> None:
    grants = Grants()
    grants.note(claim("a", held=7.0, base=0.0), NOW + 30)
    grants.note(claim("fresh"), NOW + 30)
    assert grants.grant(claim("b", wanted=20.0), LIMIT, {}, NOW + 30, 0.0).held == 3.0
    assert repr(grants) == "<Grants to 2 gateways>"


class World:
    """Some gateways, control, and a journal that is read late."""

    def __init__(self, workers: int) -> None:
        self.purses = {f"boot-{number}": Purse(Budget("day", LIMIT), "UTC", NOW) for number in range(workers)}
        self.grants = Grants()
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.journal: list[tuple[str, float]] = []
        self.running: list[tuple[str, float, float, float]] = []
        self.cost = 0.0

    def ask(self, boot: str, usd: float) -> None:
        purse = self.purses[boot]
        wanted = Claim(boot=boot, held=purse.granted, used=purse.used, wanted=purse.used + usd, base=purse.base)
        share = 0.5 / len(self.purses) if len(self.purses) > 1 else 1.0
        granted = self.grants.grant(wanted, LIMIT, self.spent, NOW + 30, share)
        purse.take_lease(
            BudgetLease(
                start=purse.start,
                granted=granted.held,
                base=granted.base,
                elsewhere=granted.elsewhere,
                exhausted=granted.held < wanted.wanted,
                expires_at=NOW + 30,
            )
        )

    def begin(self, boot: str, estimate: float, share: float) -> None:
        purse = self.purses[boot]
        if purse.wants_lease(estimate, NOW):
            self.ask(boot, estimate)
        if purse.room(estimate, NOW) is Room.YES:
            self.running.append((boot, purse.reserve(estimate), estimate, estimate * share))

    def end(self, which: int) -> None:
        if self.running:
            boot, start, estimate, cost = self.running.pop(which % len(self.running))
            self.purses[boot].settle(start, estimate, cost)
            self.journal.append((boot, cost))
            self.cost += cost

    def read_journal(self) -> None:
        for boot, cost in self.journal:
            self.spent[boot] += cost
        self.journal.clear()

    def restart_control(self) -> None:
        self.grants = Grants()
        for boot, purse in self.purses.items():
            told = Claim(boot=boot, held=purse.granted, used=purse.used, wanted=purse.used, base=purse.base)
            self.grants.note(told, NOW + 30)

    def give_back(self, boot: str) -> None:
        self.purses[boot].give_back()
        self.ask(boot, 0.0)


MOVES = st.one_of(
    st.tuples(st.just("begin"), st.integers(0, 3), st.floats(0.01, 4.0), st.floats(0.0, 1.0)),
    st.tuples(st.just("end"), st.integers(0, 99)),
    st.tuples(st.just("journal")),
    st.tuples(st.just("control")),
    st.tuples(st.just("back"), st.integers(0, 3)),
)


@given(st.integers(1, 4), st.lists(MOVES, max_size=150))
def test_a_budget_is_overspent_by_one_request_for_each_gateway_at_most(
    workers: int, moves: list[tuple[object, ...]]
) -> None:
    world = World(workers)
    boots = list(world.purses)
    for move in moves:
        match move:
            case ("begin", int(number), float(estimate), float(share)):
                world.begin(boots[number % workers], estimate, share)
            case ("end", int(which)):
                world.end(which)
            case ("journal",):
                world.read_journal()
            case ("control",):
                world.restart_control()
            case ("back", int(number)):
                world.give_back(boots[number % workers])
    while world.running:
        world.end(0)
    assert world.cost <= LIMIT + workers * 4.0 + 1e-6
    world.read_journal()
    assert sum(world.spent.values()) == pytest.approx(world.cost), "nothing was lost"
    for purse in world.purses.values():
        assert purse.reserved == pytest.approx(0.0, abs=1e-6)


@given(st.integers(1, 20), st.floats(0.2, 15.0))
def test_a_burst_of_any_size_through_one_gateway_overspends_by_less_than_one_request(
    size: int, estimate: float
) -> None:
    world = World(1)
    while True:
        for _ in range(size):
            world.begin("boot-0", estimate, 1.0)
        if not world.running:
            break
        world.end(0)
    assert LIMIT - 1e-6 <= world.cost < LIMIT + estimate + 1e-6
