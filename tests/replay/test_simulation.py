"""Requests against modelled limits: what clients, the API and accounts see."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.balancing.account import Account
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import UNLIMITED, Rules, Simulation, alone, run
from claudeflare.replay.tally import Tally
from claudeflare.settings import STRATEGIES
from claudeflare.simulator.accounts import Limits, WindowBudgets
from replay.replayed import account, request


def fared(requests: list[ReplayedRequest], accounts: list[ModelledAccount], **rules: object) -> Tally:
    return run(requests, accounts, Rules(**rules).router, Tally())


def test_a_conversation_reads_what_it_wrote() -> None:
    tally = fared([request(0.0), request(10.0, prefix=1_500), request(400.0, prefix=2_000)], [account("a")])
    assert (tally.requests, tally.answered_requests, tally.upstream_limits) == (3, 3, 0)
    assert tally.cache_read == 1_000, "the third comes after five minutes"
    assert tally.cache_written == 1_000 + 500 + 2_000
    assert tally.accounts["a"].limited_input == 3_500


def test_a_limit_is_waited_for() -> None:
    tally = fared([request(float(n), f"s{n}", prefix=40_000) for n in range(3)], [account("a", 60_000)])
    assert (tally.answered_requests, tally.client_limited) == (3, 0)
    assert max(tally.waits) == pytest.approx(58.0, abs=4.0), "60,000 of 120,000 tokens have to flow in"
    assert tally.wait_at(0.0) == 0.0


def test_who_may_not_wait_is_refused() -> None:
    requests = [request(float(n), f"s{n}", prefix=40_000) for n in range(3)]
    tally = fared(requests, [account("a", 60_000)], queue_max_wait=0.0)
    assert (tally.answered_requests, tally.client_limited, tally.upstream_limits) == (1, 2, 1)
    assert tally.first_client_limit is not None
    assert tally.first_client_limit[1] == "opus"


def test_who_finds_the_queue_full_is_refused() -> None:
    requests = [request(n / 10, f"s{n}", prefix=50_000) for n in range(6)]
    tally = fared(requests, [account("a", 60_000)], queue_limit=1)
    assert (tally.answered_requests, tally.client_limited) == (2, 4)


def test_another_account_takes_what_one_cannot() -> None:
    requests = [request(n * 3.0, f"s{n}", prefix=40_000) for n in range(6)]
    tally = fared(requests, [account("a", 120_000), account("b", 120_000)])
    assert (tally.answered_requests, tally.client_limited, tally.waits) == (6, 0, [])
    assert {each.requests for each in tally.accounts.values()} == {3}


def test_accounts_of_one_organization_share_its_limits() -> None:
    requests = [request(n * 3.0, f"s{n}", prefix=40_000) for n in range(4)]
    shared = [account("a", 80_000, "acme"), account("b", 80_000, "acme")]
    tally = fared(requests, shared, queue_max_wait=0.0)
    assert (tally.answered_requests, tally.client_limited) == (2, 2)


def test_a_window_that_is_used_up_takes_its_account_out() -> None:
    window = WindowBudgets(session_tokens=2_500, weekly_tokens=0)
    accounts = [ModelledAccount(account=Account(id="a", name="a"), organization="a", windows=window)]
    tally = fared([request(n * 10.0, f"s{n}") for n in range(4)], accounts)
    assert (tally.answered_requests, tally.client_limited) == (3, 1)
    assert tally.upstream_limits <= 1


def test_output_is_counted_while_it_is_written() -> None:
    accounts = [
        ModelledAccount(account=Account(id="a", name="a"), organization="a", limits=Limits(10**6, 10**9, 6_000))
    ]
    long = request(0.0, output=20_000, answer_seconds=101.0)
    early, late = request(5.0, "early"), request(60.0, "late")
    tally = fared([long, early, late], accounts, queue_max_wait=0.0)
    assert tally.answered_requests == 2
    assert tally.client_limited == 1, "200 tokens a second flow out and 100 in: after 60 s the bucket is empty"


def test_alone_and_unlimited_nothing_waits() -> None:
    requests = [request(n / 100, f"s{n % 5}", prefix=1_000 + n) for n in range(300)]
    tally = run(requests, [UNLIMITED], alone, Tally())
    assert (tally.answered_requests, tally.client_limited, tally.waits, tally.moves) == (300, 0, [], 0)


def test_what_comes_before_the_count_begins_is_not_counted() -> None:
    tally = run([request(0.0), request(10.0)], [account("a")], Rules().router, Tally(since=5.0))
    assert (tally.requests, tally.answered_requests, tally.cache_read) == (1, 1, 1_000)


def test_it_goes_step_by_step_and_takes_requests_one_by_one() -> None:
    taken: list[float] = []

    def arriving():  # type: ignore[no-untyped-def]
        for n in range(5):
            taken.append(float(n * 100))
            yield request(n * 100.0)

    simulation = Simulation(arriving(), [account("a")], Rules().router, Tally())
    assert simulation.advance(1)
    assert taken == [0.0, 100.0]
    while simulation.advance(1):
        pass
    assert simulation.tally.answered_requests == 5


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 120), st.integers(0, 6), st.integers(1, 60_000), st.integers(0, 3_000)), max_size=60
    ),
    st.sampled_from(STRATEGIES),
    st.sampled_from([0.0, 10.0, 60.0]),
)
def test_every_request_ends_once_and_the_same_again(
    made: list[tuple[float, int, int, int]], policy: str, longest: float
) -> None:
    requests = [
        request(at, f"s{session}", prefix=prefix, output=output) for at, session, prefix, output in sorted(made)
    ]
    accounts = [account("a", 50_000), account("b", 90_000, "acme"), account("c", 90_000, "acme")]
    first = fared(requests, accounts, policy=policy, queue_max_wait=longest)
    assert first.answered_requests + first.client_limited == first.requests == len(requests)
    assert max(first.waits, default=0.0) <= longest + 25.0, "pauses between attempts count as well"
    assert sum(each.requests for each in first.accounts.values()) == first.answered_requests
    again = fared(requests, accounts, policy=policy, queue_max_wait=longest)
    assert (again.waits, again.upstream_limits, again.cache_read) == (
        first.waits,
        first.upstream_limits,
        first.cache_read,
    )
