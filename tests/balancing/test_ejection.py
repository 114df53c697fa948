"""Five failures in a row eject; a success clears; attempts from before the ejection do not speak."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import AccountState
from claudeflare.balancing.ejection import ejection_seconds, record_failure, record_success


def ejected(now: float = 100.0) -> AccountState:
    state = AccountState()
    for _ in range(5):
        record_failure(state, now - 1.0, now)
    return state


@pytest.mark.parametrize(
    ("in_a_row", "seconds"), [(1, 30.0), (2, 60.0), (3, 120.0), (4, 240.0), (5, 300.0), (10_000, 300.0)]
)
def test_length_doubles_up_to_five_minutes(in_a_row: int, seconds: float) -> None:
    assert ejection_seconds(in_a_row) == seconds


def test_four_failures_do_not_eject() -> None:
    state = AccountState()
    for now in (1.0, 2.0, 3.0, 4.0):
        record_failure(state, now, now)
    assert state == AccountState(consecutive_failures=4)


def test_the_fifth_failure_ejects() -> None:
    assert ejected(100.0) == AccountState(consecutive_failures=5, ejections=1, ejected_at=100.0, ejected_until=130.0)


def test_a_success_in_between_starts_the_count_again() -> None:
    state = AccountState(consecutive_failures=4)
    record_success(state, 1.0)
    record_failure(state, 2.0, 2.0)
    assert state == AccountState(consecutive_failures=1)


def test_failures_of_attempts_begun_before_the_ejection_ended_are_not_counted() -> None:
    state = ejected(100.0)
    record_failure(state, 99.0, 101.0)
    record_failure(state, 129.0, 500.0)
    assert state == ejected(100.0)


def test_the_first_failure_after_an_ejection_ejects_for_longer() -> None:
    state = ejected(100.0)
    record_failure(state, 130.0, 131.0)
    assert (state.ejections, state.ejected_until) == (2, 191.0)


def test_a_success_after_the_ejection_clears_everything() -> None:
    state = ejected(100.0)
    record_success(state, 130.0)
    assert state == AccountState()


def test_a_success_of_an_attempt_made_during_the_ejection_ends_it() -> None:
    state = ejected(100.0)
    record_success(state, 110.0)
    assert state == AccountState()


def test_a_stream_begun_before_the_ejection_does_not_end_it() -> None:
    state = ejected(100.0)
    record_success(state, 99.0)
    assert state == ejected(100.0)
