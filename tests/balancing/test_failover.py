"""The failover table, row by row: every kind of ending in every situation that changes what follows."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing.failover import (
    AnswerForUpstream,
    RefreshThenRetry,
    Relay,
    RetryHere,
    RetryRules,
    Situation,
    Step,
    Stop,
    TryAnother,
    Wait,
    next_step,
)
from claudeflare.balancing.outcome import (
    AccountRefused,
    AnswerLost,
    ClientGone,
    ConnectFailed,
    CredentialRefused,
    Interrupted,
    LimitKind,
    Outcome,
    Overloaded,
    PolicyRefused,
    RateLimited,
    Rejected,
    Served,
    ServerError,
    SpendLimited,
)

RULES = RetryRules()
CONNECT_FAILED = ConnectFailed("refused")
ANSWER_LOST = AnswerLost("reset")
SERVER_ERROR = ServerError(503)
OVERLOADED = Overloaded()
BUCKET = RateLimited(LimitKind.BUCKET, retry_after=2.0)
WINDOW = RateLimited(LimitKind.WINDOW, until=9_999.0)
RAMP = RateLimited(LimitKind.RAMP, retry_after=2.0)
WINDOWLESS = RateLimited(LimitKind.WINDOWLESS, retry_after=5.0)
SPEND_LIMITED = SpendLimited("credit too low")
TOKEN_REFUSED = CredentialRefused("expired", refreshable=True)
KEY_REFUSED = CredentialRefused("invalid x-api-key")
ACCOUNT_REFUSED = AccountRefused("organization disabled")
POLICY_REFUSED = PolicyRefused("on hold")
REJECTED = Rejected(400)
INTERRUPTED = Interrupted("reset")

ALL: tuple[Outcome, ...] = (
    Served(), CONNECT_FAILED, ANSWER_LOST, SERVER_ERROR, OVERLOADED, BUCKET, WINDOW, RAMP, WINDOWLESS, SPEND_LIMITED,
    TOKEN_REFUSED, KEY_REFUSED, ACCOUNT_REFUSED, POLICY_REFUSED, REJECTED, INTERRUPTED, ClientGone(),
)  # fmt: skip
WITHOUT_ANSWER = (CONNECT_FAILED, ANSWER_LOST)
COUNTED = (CONNECT_FAILED, ANSWER_LOST, SERVER_ERROR, OVERLOADED)
NOT_COUNTED = (BUCKET, WINDOW, RAMP, WINDOWLESS, SPEND_LIMITED, TOKEN_REFUSED, KEY_REFUSED, ACCOUNT_REFUSED)


def step(outcome: Outcome, rules: RetryRules = RULES, jitter: float = 0.5, **changed: Any) -> Step:
    """The step in an ordinary situation, a first attempt with another account free, changed as given."""
    counted = 1 if outcome in COUNTED else 0
    ordinary: dict[str, Any] = {"another_available": True, "attempts_here": 1, "counted_attempts": counted}
    return next_step(outcome, Situation(**(ordinary | changed)), rules, jitter)


def no_answer_or_relay(outcome: Outcome) -> Step:
    return AnswerForUpstream() if outcome in WITHOUT_ANSWER else Relay()


def test_the_table_covers_every_outcome() -> None:
    assert {type(outcome) for outcome in ALL} == set(typing.get_args(Outcome))


@pytest.mark.parametrize(
    ("outcome", "first", "after_a_retry_here", "nobody_left"),
    [
        (CONNECT_FAILED, RetryHere(0.0), TryAnother(0.0), AnswerForUpstream()),
        (ANSWER_LOST, TryAnother(0.0), TryAnother(0.0), AnswerForUpstream()),
        (SERVER_ERROR, RetryHere(0.5), TryAnother(0.0), Relay()),
        (OVERLOADED, RetryHere(1.5), TryAnother(0.0), Relay()),
        (BUCKET, TryAnother(0.0), TryAnother(0.0), Relay()),
        (WINDOW, TryAnother(0.0), TryAnother(0.0), Relay()),
        (RAMP, TryAnother(0.0), TryAnother(0.0), Relay()),
        (WINDOWLESS, TryAnother(0.0), TryAnother(0.0), Relay()),
        (SPEND_LIMITED, TryAnother(0.0), TryAnother(0.0), Relay()),
        (TOKEN_REFUSED, RefreshThenRetry(), TryAnother(0.0), Relay()),
        (KEY_REFUSED, TryAnother(0.0), TryAnother(0.0), Relay()),
        (ACCOUNT_REFUSED, TryAnother(0.0), TryAnother(0.0), Relay()),
        (POLICY_REFUSED, Relay(), Relay(), Relay()),
        (REJECTED, Relay(), Relay(), Relay()),
        (Served(), Relay(), Relay(), Relay()),
        (INTERRUPTED, Stop(), Stop(), Stop()),
        (ClientGone(), Stop(), Stop(), Stop()),
    ],
)
def test_row(outcome: Outcome, first: Step, after_a_retry_here: Step, nobody_left: Step) -> None:
    assert step(outcome) == first
    assert step(outcome, attempts_here=2, refreshed=True) == after_a_retry_here
    assert step(outcome, attempts_here=2, refreshed=True, another_available=False) == nobody_left


@pytest.mark.parametrize("outcome", ALL)
def test_nothing_is_tried_once_the_client_has_part_of_an_answer(outcome: Outcome) -> None:
    assert step(outcome, committed=True) == Stop()


@pytest.mark.parametrize("outcome", [*COUNTED, *NOT_COUNTED])
def test_nothing_is_tried_with_a_body_that_is_gone(outcome: Outcome) -> None:
    assert step(outcome, replayable=False) == no_answer_or_relay(outcome)
    assert step(outcome, replayable=False, another_available=False) == no_answer_or_relay(outcome)


@pytest.mark.parametrize("outcome", [*COUNTED, *NOT_COUNTED])
def test_a_pinned_request_never_moves(outcome: Outcome) -> None:
    assert step(outcome, pinned=True, attempts_here=2, refreshed=True) == no_answer_or_relay(outcome)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (CONNECT_FAILED, RetryHere(0.0)),
        (SERVER_ERROR, RetryHere(0.5)),
        (WINDOWLESS, RetryHere(5.0)),
        (TOKEN_REFUSED, RefreshThenRetry()),
    ],
)
def test_a_pinned_request_may_be_tried_again_where_it_is(outcome: Outcome, expected: Step) -> None:
    assert step(outcome, pinned=True) == expected


@pytest.mark.parametrize("outcome", COUNTED)
def test_failures_are_bounded_by_the_number_of_attempts(outcome: Outcome) -> None:
    assert step(outcome, counted_attempts=3) == no_answer_or_relay(outcome)
    assert step(outcome, counted_attempts=3, rules=RetryRules(attempts=4)) != no_answer_or_relay(outcome)
    assert step(outcome, rules=RetryRules(attempts=1)) == no_answer_or_relay(outcome)


@pytest.mark.parametrize("outcome", NOT_COUNTED)
def test_limits_and_refusals_are_not(outcome: Outcome) -> None:
    assert step(outcome, counted_attempts=3, attempts_here=2, refreshed=True) == TryAnother(0.0)


@pytest.mark.parametrize("outcome", [*COUNTED, *NOT_COUNTED])
def test_the_last_attempt_must_begin_before_the_deadline(outcome: Outcome) -> None:
    assert step(outcome, elapsed=120.1) == no_answer_or_relay(outcome)
    assert step(outcome, elapsed=120.0) != no_answer_or_relay(outcome)


@pytest.mark.parametrize(("outcome", "pause"), [(SERVER_ERROR, 0.5), (OVERLOADED, 1.5), (WINDOWLESS, 5.0)])
def test_a_pause_counts_towards_the_deadline(outcome: Outcome, pause: float) -> None:
    here = {"another_available": False}
    assert step(outcome, elapsed=120.0 - pause, **here) == RetryHere(pause)
    assert step(outcome, elapsed=120.1 - pause, **here) == Relay()


@pytest.mark.parametrize(
    ("outcome", "rules", "counted", "longest"),
    [
        (SERVER_ERROR, RULES, 1, 1.0),
        (SERVER_ERROR, RetryRules(delay_seconds=0.1), 1, 0.1),
        (SERVER_ERROR, RetryRules(delay_seconds=0.1, attempts=9), 3, 0.4),
        (SERVER_ERROR, RetryRules(delay_seconds=0.1, attempts=9), 6, 1.0),
        (SERVER_ERROR, RetryRules(delay_seconds=5.0, attempts=9), 4, 5.0),
        (SERVER_ERROR, RetryRules(delay_seconds=0.0), 1, 0.0),
        (OVERLOADED, RULES, 1, 3.0),
        (OVERLOADED, RetryRules(delay_seconds=0.1), 1, 0.3),
        (OVERLOADED, RetryRules(attempts=9), 4, 3.0),
    ],
)
def test_back_off_grows_to_a_cap_with_full_jitter(
    outcome: Outcome, rules: RetryRules, counted: int, longest: float
) -> None:
    for jitter in (0.0, 0.25, 0.999):
        result = step(outcome, rules, jitter, counted_attempts=counted)
        assert isinstance(result, RetryHere)
        assert result.delay == pytest.approx(jitter * longest)


@pytest.mark.parametrize(
    ("retry_after", "attempts_here", "expected"),
    [
        (5.0, 1, RetryHere(5.0)),
        (0.0, 1, RetryHere(0.0)),
        (5.1, 1, Relay()),
        (-1.0, 1, Relay()),
        (float("nan"), 1, Relay()),
        (None, 1, Relay()),
        (2.0, 2, Relay()),
    ],
)
def test_a_limit_without_a_window_is_waited_out_once_when_alone(
    retry_after: float | None, attempts_here: int, expected: Step
) -> None:
    outcome = RateLimited(LimitKind.WINDOWLESS, retry_after=retry_after)
    assert step(outcome, another_available=False, attempts_here=attempts_here) == expected


@pytest.mark.parametrize("outcome", [BUCKET, RAMP, WINDOW])
def test_a_stated_limit_is_waited_for_in_the_queue_when_alone(outcome: Outcome) -> None:
    alone = {"another_available": False, "may_wait": True}
    assert step(outcome, **alone) == Wait(0.0)
    assert step(outcome, **alone, attempts_here=2, pinned=True, auxiliary=True) == Wait(0.0)
    assert step(outcome, **alone, replayable=False) == Relay()
    assert step(outcome, **alone, elapsed=120.1) == Relay()
    assert step(outcome, another_available=False) == Relay()


def test_a_limit_that_states_no_time_is_not_waited_for() -> None:
    for kind in LimitKind:
        assert step(RateLimited(kind), another_available=False, may_wait=True) == Relay()


@pytest.mark.parametrize(("again", "least", "most"), [(1, 0.125, 0.25), (2, 0.25, 0.5), (6, 2.5, 5), (999, 2.5, 5)])
def test_whoever_was_let_go_too_early_pauses_longer_each_time(again: int, least: float, most: float) -> None:
    for jitter, pause in ((0.0, least), (1.0, most)):
        alone = {"another_available": False, "may_wait": True, "limited_again": again}
        assert step(BUCKET, jitter=jitter, **alone) == Wait(pytest.approx(pause))
    assert step(BUCKET, limited_again=again, may_wait=True) == TryAnother(0.0)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (CONNECT_FAILED, RetryHere(0.0)),
        (ANSWER_LOST, TryAnother(0.0)),
        (SERVER_ERROR, Relay()),
        (OVERLOADED, Relay()),
        (BUCKET, TryAnother(0.0)),
        (SPEND_LIMITED, TryAnother(0.0)),
        (TOKEN_REFUSED, RefreshThenRetry()),
        (KEY_REFUSED, TryAnother(0.0)),
        (ACCOUNT_REFUSED, Relay()),
        (REJECTED, Relay()),
    ],
)
def test_an_auxiliary_endpoint_moves_only_for_limits_credentials_and_connections(
    outcome: Outcome, expected: Step
) -> None:
    assert step(outcome, auxiliary=True) == expected


def test_a_refreshed_credential_that_is_refused_is_not_refreshed_again() -> None:
    assert step(TOKEN_REFUSED, refreshed=True) == TryAnother(0.0)


situations = st.builds(
    Situation,
    attempts_here=st.integers(1, 4),
    counted_attempts=st.integers(0, 6),
    another_available=st.booleans(),
    committed=st.booleans(),
    replayable=st.booleans(),
    pinned=st.booleans(),
    auxiliary=st.booleans(),
    refreshed=st.booleans(),
    may_wait=st.booleans(),
    limited_again=st.integers(0, 9),
    elapsed=st.floats(0.0, 200.0),
)


@given(st.sampled_from(ALL), situations, st.floats(0.0, 1.0, exclude_max=True))
def test_trying_again_is_always_allowed(outcome: Outcome, situation: Situation, jitter: float) -> None:
    result = next_step(outcome, situation, RULES, jitter)
    if isinstance(result, RetryHere | TryAnother | Wait | RefreshThenRetry):
        assert situation.replayable
        assert not situation.committed
        assert situation.elapsed <= RULES.start_deadline
    if isinstance(result, TryAnother):
        assert situation.another_available
        assert not situation.pinned
    if isinstance(result, RetryHere):
        assert 0.0 <= result.delay <= 5.0
        assert situation.attempts_here == 1
    if isinstance(result, AnswerForUpstream):
        assert outcome in WITHOUT_ANSWER


@given(st.lists(st.sampled_from([*COUNTED, *NOT_COUNTED]), min_size=30, max_size=30), st.integers(1, 5))
def test_every_request_ends(outcomes: list[Outcome], accounts: int) -> None:
    """However attempts fail, each account is left after at most three and the failures are bounded."""
    situation = Situation(another_available=accounts > 1)
    for made, outcome in enumerate(outcomes, 1):
        counted = situation.counted_attempts + (outcome in COUNTED)
        situation = msgspec.structs.replace(situation, counted_attempts=counted)
        match next_step(outcome, situation, RULES, 0.0):
            case RetryHere():
                change: dict[str, Any] = {"attempts_here": situation.attempts_here + 1}
            case RefreshThenRetry():
                change = {"attempts_here": situation.attempts_here + 1, "refreshed": True}
            case TryAnother():
                accounts -= 1
                change = {"attempts_here": 1, "another_available": accounts > 1}
            case _:
                assert counted <= RULES.attempts
                assert made <= 3 * 5
                return
        situation = msgspec.structs.replace(situation, **change)
    raise AssertionError("still trying after 30 attempts")
