"""What an answer's limits change: readings in any order, benches that end early, extra usage, shares left."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.balancing.account import Account, AccountState, Bench, BenchKind
from claudeflare.balancing.change import BenchCleared, Change
from claudeflare.balancing.lease import Lease
from claudeflare.balancing.limit_reading import (
    ALLOWED,
    REJECTED,
    WARNING,
    BucketReading,
    LimitReading,
    WindowReading,
)
from claudeflare.balancing.limits import CLASS_LIMIT, is_close, learn, share_left

NOW = 1_000_000.0
HOUR = 3_600.0


def lease(state: AccountState, number: int = 1, name: str = "a", model_class: str = "opus") -> Lease:
    return Lease(Account(id=f"id-{name}", name=name), NOW, model_class, False, state, number=number)


def window(used: float, status: str = ALLOWED, name: str = "5h", model_class: str | None = "") -> LimitReading:
    return LimitReading(windows=(WindowReading(name, used, NOW + HOUR, status, model_class),))


def bucket(remaining: int, name: str = "requests") -> LimitReading:
    return LimitReading((BucketReading(name, 1_000, remaining),))


def take(one: Lease, reading: LimitReading, now: float = NOW, **others: AccountState) -> list[Change]:
    states = {one.account.id: one.state} | {f"id-{name}": state for name, state in others.items()}
    return learn(one, reading, states, now)


def bench(kind: BenchKind, **fields: Any) -> Bench:
    return Bench(NOW + HOUR, "limited", since=NOW - 1.0, kind=kind, **fields)


def test_buckets_belong_to_the_model_class_of_the_request() -> None:
    state = AccountState()
    assert take(lease(state), bucket(400)) == []
    assert share_left(state, "opus", NOW) == pytest.approx(0.4)
    assert share_left(state, "sonnet", NOW) == 1.0


def test_the_tightest_of_buckets_and_windows() -> None:
    state = AccountState()
    take(lease(state), bucket(400))
    take(lease(state), window(0.7))
    assert share_left(state, "opus", NOW) == pytest.approx(0.3)
    assert share_left(state, "sonnet", NOW) == pytest.approx(0.3)
    assert share_left(state, "opus", NOW + HOUR) == 1.0


def test_windows_of_a_late_answer_are_not_news() -> None:
    state = AccountState()
    take(lease(state, 2), window(0.9))
    take(lease(state, 1), window(0.1))
    assert state.windows["5h"].used == 0.9
    take(lease(state, 3), window(0.1))
    assert state.windows["5h"].used == 0.1


def test_close_to_a_limit() -> None:
    state = AccountState()
    assert not is_close(state, "opus", NOW)
    take(lease(state), window(0.8, WARNING))
    assert is_close(state, "opus", NOW)
    take(lease(state, 2), window(0.1))
    assert not is_close(state, "opus", NOW)


def test_extra_usage_lasts_until_the_tightest_window_begins_anew() -> None:
    state = AccountState()
    readings = (WindowReading("5h", 1.0, NOW + HOUR, REJECTED), WindowReading("7d", 0.5, NOW + 9 * HOUR))
    take(lease(state), LimitReading(windows=readings, extra_usage=True))
    assert state.extra_usage_until == NOW + HOUR
    assert is_close(state, "opus", NOW)
    take(lease(state, 2), window(0.0))
    assert state.extra_usage_until == 0.0


def test_extra_usage_without_any_window() -> None:
    state = AccountState()
    take(lease(state), LimitReading(extra_usage=True))
    assert state.extra_usage_until == NOW + HOUR


# Fresh headers that show capacity end a bench


@pytest.mark.parametrize("kind", [BenchKind.BUCKET, BenchKind.RAMP])
def test_buckets_that_are_refilled_end_the_bench_of_the_whole_organization(kind: BenchKind) -> None:
    state, sibling, stranger = AccountState(), AccountState(), AccountState()
    sibling.buckets = state.buckets
    for one in (state, sibling, stranger):
        one.benches = {"opus": bench(kind)}
    cleared = take(lease(state), bucket(500), b=sibling, c=stranger)
    assert cleared == [BenchCleared("id-a", "opus"), BenchCleared("id-b", "opus")]
    assert (state.benches, sibling.benches) == ({}, {})
    assert stranger.benches.keys() == {"opus"}


@pytest.mark.parametrize(
    ("reading", "benched"),
    [
        (bucket(50), bench(BenchKind.BUCKET)),  # too little to say so
        (bucket(1_000), bench(BenchKind.WINDOW)),
        (bucket(1_000), bench(BenchKind.SPEND)),
        (bucket(1_000), bench(BenchKind.OTHER)),
        (bucket(1_000), bench(BenchKind.BUCKET, guess=True)),
        (window(0.1), bench(BenchKind.BUCKET)),
        (window(0.9, WARNING), bench(BenchKind.WINDOW)),
        (window(1.0), bench(BenchKind.WINDOW)),
        (window(1.0, REJECTED), bench(BenchKind.WINDOW)),
        (LimitReading(extra_usage=True), bench(BenchKind.WINDOW)),
    ],
)
def test_what_is_no_proof_of_capacity_ends_no_bench(reading: LimitReading, benched: Bench) -> None:
    state = AccountState(benches={"opus": benched, "": benched})
    assert take(lease(state), reading) == []
    assert len(state.benches) == 2


def test_a_window_far_from_its_end_ends_the_bench() -> None:
    state = AccountState(benches={"": bench(BenchKind.WINDOW), "sonnet": bench(BenchKind.WINDOW)})
    assert take(lease(state), window(0.1)) == [BenchCleared("id-a", "")]
    assert state.benches.keys() == {"sonnet"}


def test_a_window_of_one_model_ends_the_bench_of_that_model() -> None:
    state = AccountState(benches={"opus": bench(BenchKind.WINDOW), "": bench(BenchKind.WINDOW)})
    assert take(lease(state), window(0.1, name="7d_oi", model_class=None)) == [BenchCleared("id-a", "opus")]


def test_a_late_answer_ends_no_bench() -> None:
    state = AccountState()
    take(lease(state, 2), bucket(0))
    take(lease(state, 2), window(1.0, REJECTED))
    state.benches = {"opus": bench(BenchKind.BUCKET), "": bench(BenchKind.WINDOW)}
    assert take(lease(state, 1), bucket(1_000)) == []
    assert take(lease(state, 1), window(0.0)) == []


def test_a_bench_that_is_over_is_forgotten_without_news() -> None:
    state = AccountState(benches={"opus": Bench(NOW - 1.0, "limited", kind=BenchKind.BUCKET)})
    assert take(lease(state), bucket(1_000)) == []
    assert state.benches == {}


def test_what_answers_can_make_us_keep_is_bounded() -> None:
    state = AccountState()
    for number in range(2 * CLASS_LIMIT):
        take(lease(state, number, model_class=f"model-{number}"), bucket(500))
        take(lease(state, number), window(0.5, name=f"{number}h"))
    assert len(state.buckets) == CLASS_LIMIT
    assert len(state.windows) == CLASS_LIMIT
    assert f"model-{2 * CLASS_LIMIT - 1}" in state.buckets
