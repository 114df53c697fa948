from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from claudeflare.control.budget_desk import LEASE_SECONDS, BudgetDesk
from claudeflare.errors import StorageError
from claudeflare.gateway.messages import BudgetClaim
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.quotas.grants import Claim

KEY = ClientKey(id="1", name="ci", digest=b"", budgets=(Budget("day", 10.0),))
START = 1_794_960_000.0


class World:
    def __init__(self, workers: int = 1) -> None:
        self.now = START + 100.0
        self.spent: dict[str, float] = {}
        self.failing = False
        self.desk = BudgetDesk(self, lambda: [KEY], workers, lambda: self.now)

    def by_boot(self, name: str, since: float) -> Mapping[str, float]:
        if self.failing:
            raise StorageError("The disk is gone.")
        assert since >= START
        return self.spent


def claim(
    boot: str, *, wanted: float = 1.0, name: str = "ci", start: float = START, **said: float | None
) -> BudgetClaim:
    part = Claim(**{"boot": boot, "held": 0.0, "used": 0.0, "wanted": wanted} | said)  # type: ignore[arg-type]
    return BudgetClaim(name, "day", start, part, "claude-opus-5-5")


def test_a_lease_and_a_price() -> None:
    world = World()
    world.spent = {"old": 4.0}
    grant = world.desk.answer(claim("a"), {"a"})
    assert grant.lease is not None
    assert (grant.lease.granted, grant.lease.exhausted) == (6.0, False)
    assert grant.lease.expires_at == world.now + LEASE_SECONDS
    assert grant.price is not None
    assert grant.price.standard[0].output == 20.0


def test_nothing_is_left() -> None:
    world = World()
    world.spent = {"old": 12.0}
    grant = world.desk.answer(claim("a"), {"a"})
    assert grant.lease is not None
    assert (grant.lease.granted, grant.lease.exhausted, grant.lease.elsewhere) == (0.0, True, 0.0)


def test_after_a_start_nobody_gets_more_until_all_have_said_what_they_hold() -> None:
    world = World(workers=2)
    waiting = world.desk.answer(claim("a", wanted=20.0), {"a"})
    assert waiting.lease is not None
    assert (waiting.lease.granted, waiting.lease.exhausted) == (0.0, True)
    assert waiting.lease.elsewhere > 0, "it asks again"
    told = claim("b", wanted=7.0, held=7.0, used=7.0, base=0.0)
    world.desk.note(told)
    got = world.desk.answer(claim("a", wanted=20.0, base=0.0), {"a", "b"})
    assert got.lease is not None
    assert (got.lease.granted, got.lease.elsewhere) == (3.0, 7.0)


def test_a_gateway_that_never_comes_is_waited_for_as_long_as_its_lease_can_last() -> None:
    world = World(workers=2)
    world.now += LEASE_SECONDS
    got = world.desk.answer(claim("a", wanted=20.0), {"a"})
    assert got.lease is not None
    assert got.lease.granted == 10.0


def test_a_key_without_that_budget_gets_nothing() -> None:
    lease = World().desk.answer(claim("a", name="nobody"), {"a"}).lease
    assert lease is not None
    assert lease.granted == 0.0


def test_a_database_that_fails_is_said(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.failing = True
    with caplog.at_level(logging.ERROR):
        assert world.desk.answer(claim("a"), {"a"}).lease is None
    assert "The disk is gone." in caplog.text


def test_periods_that_are_over_are_forgotten() -> None:
    world = World()
    world.desk.answer(claim("a"), {"a"})
    world.now += 86_400
    world.desk.answer(claim("a", start=START + 86_400), {"a"})
    assert repr(world.desk) == "<BudgetDesk 1 budgets>"
