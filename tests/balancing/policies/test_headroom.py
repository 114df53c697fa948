"""`headroom`: by what is left of each account's tightest limit."""

from __future__ import annotations

import pytest

from balancing.policies.candidates import REQUEST, candidate, choose
from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.limit_reading import ALLOWED, BucketReading
from claudeflare.balancing.policies.headroom import HeadroomPolicy
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.windows import Window


def used(name: str, share: float, tier: int = 1, **state: float) -> PolicyCandidate:
    """An account whose 5 hour window is used that far."""
    one = candidate(name, tier, **state)  # type: ignore[arg-type]
    one.state.windows["5h"] = Window("5h", "", share, 9e9, ALLOWED, 0.0)
    return one


@pytest.mark.parametrize(
    ("accounts", "chosen"),
    [
        ([used("a", 0.5), used("b", 0.4)], "b"),
        ([used("a", 0.5, tier=5), used("b", 0.0)], "a"),
        ([used("a", 0.9, tier=5), used("b", 0.0)], "b"),
        ([used("a", 0.5), candidate("b")], "b"),
        ([candidate("a", in_flight=1), candidate("b")], "b"),
        ([candidate("a", tier=5, in_flight=4), candidate("b", tier=5, in_flight=3)], "b"),
        ([candidate("a", last_used=2.0), candidate("b", last_used=1.0)], "b"),
        ([used("a", 1.1, last_used=2.0), used("b", 1.0, last_used=1.0)], "b"),
    ],
)
def test_picks_by_share_left_times_tier(accounts: list[PolicyCandidate], chosen: str) -> None:
    assert choose(HeadroomPolicy(), accounts).candidate.account.name == chosen


def test_what_is_promised_to_requests_under_way_is_not_left() -> None:
    busy, idle = candidate("busy", last_used=1.0), candidate("idle", last_used=2.0)
    for one in (busy, idle):
        buckets = one.state.buckets[""] = ClassBuckets()
        buckets.learn(0, [BucketReading("input", 1_000, 1_000)], 0.0)
    busy.state.buckets[""].reserve(1, "s", 100, (100, 0))
    choice = choose(HeadroomPolicy(), [busy, idle])
    assert choice.candidate is idle
    assert choice.scores == {"id-busy": pytest.approx(0.9), "id-idle": 1.0}


@pytest.mark.parametrize(
    ("bound", "other", "stays"),
    [(0.79, 0.0, True), (0.85, 0.0, False), (0.85, 0.8, True), (0.9, 0.75, False), (1.0, 1.0, True), (1.0, 0.9, False)],
)
def test_a_session_moves_only_when_that_pays(bound: float, other: float, stays: bool) -> None:
    home, elsewhere = used("home", bound), used("elsewhere", other)
    choice = HeadroomPolicy().pick([home, elsewhere], REQUEST, home, 0.0)
    assert (choice.candidate is home) is stays
    assert choice.scores.keys() == {"id-home", "id-elsewhere"}


def test_a_session_whose_account_is_out_moves() -> None:
    choice = HeadroomPolicy().pick([candidate("b")], REQUEST, candidate("a"), 0.0)
    assert choice.why == "session moved from a to b: it has the most room"
