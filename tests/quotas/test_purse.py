from __future__ import annotations

from claudeflare.quotas.client_key import Budget
from claudeflare.quotas.purse import BudgetLease, Purse, Room

NOW = 1_795_000_000.0


def purse(granted: float | None = None, *, exhausted: bool = False, elsewhere: float = 0.0) -> Purse:
    made = Purse(Budget("day", 10.0), "UTC", NOW)
    if granted is not None:
        made.take_lease(lease(made, granted, exhausted=exhausted, elsewhere=elsewhere))
    return made


def lease(of: Purse, granted: float, *, exhausted: bool = False, elsewhere: float = 0.0) -> BudgetLease:
    return BudgetLease(
        start=of.start, granted=granted, base=0.0, elsewhere=elsewhere, exhausted=exhausted, expires_at=NOW + 30
    )


def test_without_a_lease_control_is_asked_first() -> None:
    one = purse()
    assert one.room(1.0, NOW) is Room.SOON
    assert one.wants_lease(1.0, NOW)


def test_what_fits_may_begin_until_the_lease_runs_out() -> None:
    one = purse(2.0)
    assert one.room(2.0, NOW) is Room.YES
    assert one.room(2.0, NOW + 30) is Room.SOON
    assert one.wants_lease(2.0, NOW + 30)


def test_what_does_not_fit_asks_for_more() -> None:
    one = purse(2.0)
    assert one.room(3.0, NOW) is Room.SOON
    assert one.wants_lease(3.0, NOW)


def test_of_the_last_money_one_request_may_spend_more_and_only_alone() -> None:
    one = purse(2.0, exhausted=True)
    assert one.room(3.0, NOW) is Room.YES
    start = one.reserve(3.0)
    assert one.room(0.1, NOW) is Room.SOON
    assert not one.wants_lease(0.1, NOW)
    one.settle(start, 3.0, 2.5)
    assert one.room(0.1, NOW) is Room.NO
    assert not one.wants_lease(0.1, NOW)


def test_money_that_others_hold_may_come_back() -> None:
    one = purse(0.0, exhausted=True, elsewhere=1.0)
    assert one.room(0.1, NOW) is Room.SOON
    assert one.wants_lease(0.1, NOW)


def test_renewal_in_time() -> None:
    one = purse(5.0)
    assert not one.wants_renewal(1.0, NOW)
    assert one.wants_renewal(1.0, NOW + 21)
    one.reserve(4.0)
    assert one.wants_renewal(1.0, NOW)
    assert not purse(1.0, exhausted=True).wants_renewal(1.0, NOW)


def test_requests_are_settled_in_any_order_and_those_of_yesterday_change_nothing() -> None:
    one = purse(5.0)
    first, second = one.reserve(1.0), one.reserve(2.0)
    one.settle(second, 2.0, 0.5)
    one.settle(first, 1.0, 0.25)
    assert (one.reserved, one.booked) == (0.0, 0.75)
    running = one.reserve(1.0)
    tomorrow = one.end + 1
    one.roll(tomorrow)
    assert (one.used, one.granted, one.base) == (0.0, 0.0, None)
    one.settle(running, 1.0, 1.0)
    assert one.used == 0.0
    one.take_lease(lease(purse(), 9.0))
    assert one.granted == 0.0, "a lease of yesterday"


def test_what_is_not_needed_is_given_back() -> None:
    one = purse(5.0)
    one.reserve(1.0)
    assert one.idle_money
    one.give_back()
    assert (one.granted, one.left) == (1.0, 0.0)
    one.end_lease()
    assert not one.leased(NOW)
    assert "0 + 1 of 1" in repr(one)
