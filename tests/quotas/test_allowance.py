from __future__ import annotations

import pytest
from msgspec.structs import replace

from claudeflare.quotas.allowance import Allowance, Demand
from claudeflare.quotas.client_key import Budget, ClientKey
from claudeflare.quotas.purse import BudgetLease, Room

NOW = 1_795_000_000.0
KEY = ClientKey(
    id="1", name="ci", digest=b"", requests_per_minute=4, tokens_per_minute=1000, concurrency=3,
    budgets=(Budget("day", 10.0), Budget("month", 50.0)),
)  # fmt: skip


def lend(allowance: Allowance, usd: float) -> None:
    for purse in allowance.purses:
        purse.take_lease(
            BudgetLease(start=purse.start, granted=usd, base=0.0, elsewhere=0.0, exhausted=True, expires_at=NOW + 30)
        )


def test_each_limit_refuses_in_its_words() -> None:
    allowance = Allowance(KEY, 1, NOW)
    assert allowance.refusal(Demand(tokens=600), NOW) is None
    first = allowance.begin(Demand(tokens=600), NOW)
    tokens = allowance.refusal(Demand(tokens=600), NOW)
    assert tokens is not None
    assert (tokens.limit, tokens.retry_after, tokens.status) == ("tokens", 12, 429)
    allowance.end(first, 100, 0.0, NOW)
    assert allowance.refusal(Demand(tokens=600), NOW) is None, "what was not used was given back"
    running = [allowance.begin(Demand(), NOW) for _ in range(3)]
    busy = allowance.refusal(Demand(), NOW)
    assert busy is not None
    assert busy.limit == "concurrency"
    for each in running:
        allowance.end(each, 0, 0.0, NOW)
    requests = allowance.refusal(Demand(), NOW)
    assert requests is not None
    assert (requests.limit, requests.retry_after) == ("requests", 15)


def test_several_gateways_share_rates() -> None:
    shared = [Allowance(KEY, 3, NOW) for _ in range(3)]
    let_in = 0
    for allowance in shared:
        while allowance.refusal(Demand(), NOW) is None:
            allowance.begin(Demand(), NOW)
            let_in += 1
    assert let_in == 3, "one at once for each"


def test_every_budget_has_to_have_room() -> None:
    allowance = Allowance(KEY, 1, NOW)
    assert allowance.room(Demand(usd=1.0), NOW) == (Room.SOON, allowance.purses[0])
    lend(allowance, 5.0)
    assert allowance.room(Demand(usd=1.0), NOW) == (Room.YES, None)
    reservation = allowance.begin(Demand(usd=5.0), NOW)
    assert allowance.room(Demand(usd=1.0), NOW)[0] is Room.SOON
    allowance.end(reservation, 0, 5.0, NOW)
    assert allowance.room(Demand(usd=1.0), NOW) == (Room.NO, allowance.purses[0])
    assert allowance.room(Demand(), NOW) == (Room.YES, None), "what costs nothing"


def test_changed_limits_hold_at_once_and_what_was_counted_stays() -> None:
    allowance = Allowance(KEY, 1, NOW)
    lend(allowance, 5.0)
    reservation = allowance.begin(Demand(tokens=10, usd=2.0), NOW)
    day, month = allowance.purses
    bucket = allowance.tokens
    allowance.configure(replace(KEY, requests_per_minute=None, budgets=(Budget("day", 20.0),)), NOW)
    assert allowance.requests is None
    assert allowance.tokens is bucket
    assert allowance.purses == [day]
    assert (day.budget.usd, day.reserved) == (20.0, 2.0)
    assert not day.leased(NOW), "control is asked anew"
    allowance.end(reservation, 10, 1.5, NOW)
    assert (day.booked, month.booked) == (1.5, 0.0)
    allowance.configure(replace(KEY, zone="Asia/Tokyo"), NOW)
    assert day not in allowance.purses
    assert "ci" in repr(allowance)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_whole_rate_is_let_in_and_at_most_one_more_each(workers: int) -> None:
    key = ClientKey(id="1", name="ci", digest=b"", requests_per_minute=7)
    let_in = 0
    for _ in range(workers):
        allowance = Allowance(key, workers, NOW)
        while allowance.refusal(Demand(), NOW) is None:
            allowance.begin(Demand(), NOW)
            let_in += 1
    assert 7 <= let_in <= 7 + workers - 1
