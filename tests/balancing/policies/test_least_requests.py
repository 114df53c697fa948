"""`least-requests`: where the least is under way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing.policies.candidates import candidate, choose
from claudeflare.balancing.policies.least_requests import LeastRequestsPolicy
from claudeflare.balancing.policies.policy import PolicyCandidate


@pytest.mark.parametrize(
    ("candidates", "expected", "why"),
    [
        ([candidate("a")], "a", "a has the fewest requests in flight (0)"),
        ([candidate("a", in_flight=2), candidate("b", in_flight=1)], "b", "b has the fewest requests in flight (1)"),
        ([candidate("a", tier=20, in_flight=1), candidate("b")], "b", "b has the fewest requests in flight (0)"),
        (
            [candidate("a", last_used=7.0), candidate("b", last_used=3.0), candidate("c", in_flight=1)],
            "b",
            "b has the fewest requests in flight (0), like 1 other, and was used longest ago",
        ),
        (
            [candidate("a"), candidate("b"), candidate("c")],
            "a",
            "a has the fewest requests in flight (0), like 2 others, and was used longest ago",
        ),
    ],
)
def test_the_fewest_then_the_longest_unused(candidates: list[PolicyCandidate], expected: str, why: str) -> None:
    choice = choose(LeastRequestsPolicy(), candidates)
    assert choice.candidate.account.name == expected
    assert choice.why == why
    assert choice.scores == {one.account.id: one.state.in_flight for one in candidates}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6))
def test_nobody_has_fewer_and_of_equals_nobody_is_unused_longer(loads: list[tuple[int, int]]) -> None:
    candidates = [candidate(str(number), 1, load, float(used)) for number, (load, used) in enumerate(loads)]
    chosen = choose(LeastRequestsPolicy(), candidates).candidate.state
    assert (chosen.in_flight, chosen.last_used) == min(loads)
