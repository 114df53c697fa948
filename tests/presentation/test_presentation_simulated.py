"""Which of two simulated strategies is better, and what policies are."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from claudeflare.client.simulation import SimulatedStrategy
from claudeflare.presentation.policies import DOES
from claudeflare.presentation.simulated import MEASURES, comparison_table, found_words, summary, verdict
from claudeflare.presentation.strategies import POLICIES, described
from claudeflare.settings import STRATEGIES


def strategy(**fields: Any) -> SimulatedStrategy:
    given: dict[str, Any] = {
        "strategy": "session",
        "requests": 1000,
        "clientRateLimits": 0,
        "upstreamRateLimits": 100,
        "failovers": 5,
        "moves": 10,
        "waitP50Seconds": 0.0,
        "waitP99Seconds": 2.0,
        "waitMaxSeconds": 5.0,
        "cacheReadTokens": 1_000_000,
        "cacheWrittenTokens": 10_000,
        "cacheKept": 0.99,
        "costUsd": 40.0,
        "unpricedRequests": 0,
        "accounts": [{"name": "work", "requests": 1000, "rateLimits": 100, "share": 1.0}],
    }
    return given | fields  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("label", "candidate", "current", "word"),
    [
        ("Clients' 429", {"clientRateLimits": 0}, {"clientRateLimits": 3}, "better"),
        ("API's 429", {"upstreamRateLimits": 1}, {"upstreamRateLimits": 0}, "worse"),
        ("Cache kept", {"cacheKept": 0.5}, {"cacheKept": 0.9}, "worse"),
        ("Cache kept", {"cacheKept": 0.9}, {"cacheKept": 0.5}, "better"),
        ("Cost", {"costUsd": 40.1}, {"costUsd": 40.0}, "same"),
        ("Cost", {"costUsd": None}, {"costUsd": 40.0}, "unknown"),
    ],
)
def test_verdicts(label: str, candidate: dict[str, Any], current: dict[str, Any], word: str) -> None:
    measure = next(each for each in MEASURES if each.label == label)
    assert verdict(measure, strategy(**candidate), strategy(**current)) == word


def test_a_sentence_says_what_a_change_would_bring() -> None:
    assert summary(strategy(strategy="weighted"), strategy()) == "weighted would have done the same."
    other = strategy(strategy="headroom", upstreamRateLimits=10, cacheKept=0.6, costUsd=60.0, waitMaxSeconds=9.0)
    assert summary(other, strategy()) == (
        "headroom would have been better in API's 429, worse in longest wait, cache kept and cost."
    )


def test_the_two_beside_one_another() -> None:
    console = Console(width=78, color_system=None)
    with console.capture() as captured:
        console.print(comparison_table(strategy(), strategy(strategy="headroom", costUsd=60.0, moves=0, accounts=[])))
    lines = [line.split() for line in captured.get().splitlines()]
    assert lines[0] == ["session", "(now)", "headroom"]
    assert ["Cost", "$40.00", "$60.00", "▼", "worse"] in lines
    assert ["Moves", "10", "0", "▲", "better"] in lines
    assert ["Tokens", "on", "work", "100", "%", "–"] in lines


def test_what_was_left_out_is_said() -> None:
    found: Any = {"requests": 1, "since": "2026-11-15", "leftOut": 2}
    assert found_words(found) == "1 request since 2026-11-15; 2 records left out"


def test_every_strategy_is_described() -> None:
    assert {policy.name for policy in POLICIES} == set(DOES) == set(STRATEGIES)


def test_a_strategy_of_a_newer_server_has_its_name() -> None:
    found = described(["weighted", "lottery", "session"])
    assert [policy.name for policy in found] == ["session", "weighted", "lottery"]
    assert found[-1].does
