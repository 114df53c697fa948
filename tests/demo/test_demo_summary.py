from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.demo.moves import Move
from claudeflare.demo.summary import (
    AccountShare,
    Summary,
    answered_by,
    cost,
    moves_by_reason,
    overheads,
    percentile,
    unpriced,
)
from harness.demo_records import AT, request

FAILED = {"success": False, "statusCode": 502}


def test_the_json_names_everything_in_camel_case() -> None:
    shares = [AccountShare("company", "company", requests=3, upstream_429=1, upstream_529=2)]
    assert Summary(answered=3, upstream_429=1, overhead_ms_p50=0.4, cost_usd=0.5, accounts=shares).json() == {
        "seconds": 0.0,
        "answered": 3,
        "clientRateLimits": 0,
        "clientFailures": 0,
        "brokenOff": 0,
        "recorded": 0,
        "upstream429": 1,
        "upstream529": 0,
        "moves": 0,
        "movesByReason": {},
        "overheadMsP50": 0.4,
        "overheadMsP95": None,
        "costUsd": 0.5,
        "unpricedRequests": 0,
        "accounts": [{"name": "company", "organization": "company", "requests": 3, "upstream429": 1, "upstream529": 2}],
    }


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.ceil(share * len(values) - 1e-9)
    assert sum(value < found for value in values) < max(share * len(values), 1)


def test_a_percentile_of_nothing_is_not_known() -> None:
    assert percentile([], 0.5) is None


def test_unknown_prices_are_left_out_and_counted() -> None:
    requests = [request(costUsd=0.25), request(costUsd=None), request(costUsd=0.5), request(costUsd=None, **FAILED)]
    assert cost(requests) == 0.75
    assert unpriced(requests) == 1
    assert cost([request(costUsd=None)]) is None


def test_only_answered_requests_have_an_account_and_an_overhead() -> None:
    requests = [request(overheadMs=0.3), request(overheadMs=9.0, **FAILED), request(accountUsed="trial")]
    assert overheads(requests) == [0.3, 0.4]
    assert answered_by(requests) == {"company": 1, "trial": 1}


def test_reasons_are_counted_the_most_frequent_first() -> None:
    reasons = ["529 overloaded", "429 rate limited", "429 rate limited"]
    moves = [Move(AT, "s-01", "trial", "company", why, in_request=True) for why in reasons]
    assert list(moves_by_reason(moves).items()) == [("429 rate limited", 2), ("529 overloaded", 1)]
