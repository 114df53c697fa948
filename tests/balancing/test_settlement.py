"""The account-state column of the failover table, row by row."""

from __future__ import annotations

import typing

import pytest

from claudeflare.balancing.account import Account, AccountState, Bench
from claudeflare.balancing.change import AttentionNeeded, BenchCleared, Benched, Change
from claudeflare.balancing.lease import Lease
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
from claudeflare.balancing.settlement import settle_outcome

TAKEN = 1_000.0
NOW = 1_010.0
KEY_REFUSED = "credential refused: invalid x-api-key; give another: claudeflare login work"
DAY = 86_400.0
BUCKET_WORDS = "rate limited (opus): requests or tokens per minute"
RAMP_WORDS = "rate limited (opus): traffic rose too sharply"
WINDOW_WORDS = "rate limited: usage window is used up"
WINDOWLESS_WORDS = "rate limited: repeatedly, without a stated window"


def leased(state: AccountState, *, auxiliary: bool = False, model_class: str = "opus") -> Lease:
    return Lease(Account(id="a1", name="work"), TAKEN, model_class, auxiliary, state)


def settle(outcome: Outcome, state: AccountState | None = None, *, auxiliary: bool = False) -> list[Change]:
    """Settle on an account whose organization has one more account, `a2`, beside a stranger, `b1`."""
    state = AccountState() if state is None else state
    state.organization_id = "org-a"
    sibling, stranger = AccountState(organization_id="org-a"), AccountState(organization_id="org-b")
    states = {"a1": state, "a2": sibling, "b1": stranger}
    changes = settle_outcome(leased(state, auxiliary=auxiliary), outcome, states, NOW, jitter=0.5)
    assert stranger == AccountState(organization_id="org-b")
    return changes


def bucket(**fields: float) -> RateLimited:
    return RateLimited(LimitKind.BUCKET, model_class="opus", **fields)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Served(), []),
        (ConnectFailed("refused"), []),
        (AnswerLost("reset"), []),
        (ServerError(500), []),
        (Rejected(400), []),
        (Interrupted("reset"), []),
        (ClientGone(), []),
        (Overloaded(), [Benched("a1", "", NOW + 10.0, "the provider is overloaded", guess=True)]),
        (
            bucket(retry_after=12.0),
            [Benched("a1", "opus", NOW + 12.0, BUCKET_WORDS), Benched("a2", "opus", NOW + 12.0, BUCKET_WORDS)],
        ),
        (
            bucket(until=NOW + 7.0, retry_after=12.0),
            [Benched("a1", "opus", NOW + 7.0, BUCKET_WORDS), Benched("a2", "opus", NOW + 7.0, BUCKET_WORDS)],
        ),
        (
            RateLimited(LimitKind.RAMP, retry_after=-3.0, model_class="opus"),
            [Benched("a1", "opus", NOW + 1.0, RAMP_WORDS), Benched("a2", "opus", NOW + 1.0, RAMP_WORDS)],
        ),
        (RateLimited(LimitKind.WINDOW, until=NOW + 600.0), [Benched("a1", "", NOW + 615.5, WINDOW_WORDS)]),
        (RateLimited(LimitKind.WINDOW, until=NOW + 30 * DAY), [Benched("a1", "", NOW + 8 * DAY, WINDOW_WORDS)]),
        (RateLimited(LimitKind.WINDOW, until=0.0), [Benched("a1", "", NOW + 15.5, WINDOW_WORDS)]),
        (
            RateLimited(LimitKind.WINDOW, until=NOW + 600.0, model_class="opus"),
            [Benched("a1", "opus", NOW + 615.5, "rate limited (opus): usage window is used up")],
        ),
        (RateLimited(LimitKind.WINDOWLESS, retry_after=3.0), []),
        (bucket(), []),
        (
            SpendLimited("credit balance too low"),
            [
                AttentionNeeded("a1", "spend limit: credit balance too low"),
                AttentionNeeded("a2", "spend limit: credit balance too low"),
            ],
        ),
        (
            SpendLimited("until December", until=NOW + 20 * DAY),
            [
                Benched("a1", "", NOW + 20 * DAY, "spend limit: until December"),
                Benched("a2", "", NOW + 20 * DAY, "spend limit: until December"),
            ],
        ),
        (CredentialRefused("invalid x-api-key"), [AttentionNeeded("a1", KEY_REFUSED)]),
        (CredentialRefused("expired", refreshable=True), []),
        (AccountRefused("organization disabled"), [AttentionNeeded("a1", "refused: organization disabled")]),
        (PolicyRefused("on hold"), [AttentionNeeded("a1", "refused on policy: on hold")]),
        (PolicyRefused("only authorized for use with …", on_hold=False), []),
    ],
)
def test_row(outcome: Outcome, expected: list[Change]) -> None:
    assert settle(outcome) == expected


@pytest.mark.parametrize(
    "outcome",
    [ConnectFailed("refused"), AnswerLost("reset"), ServerError(503), CredentialRefused("expired", refreshable=True)],
)
def test_failures_are_counted_and_eject(outcome: Outcome) -> None:
    state = AccountState(consecutive_failures=3)
    settle(outcome, state)
    assert (state.consecutive_failures, state.ejected_until) == (4, 0.0)
    settle(outcome, state)
    assert (state.consecutive_failures, state.ejected_until) == (5, NOW + 30.0)


@pytest.mark.parametrize(
    "outcome", [Rejected(400), Interrupted("reset"), ClientGone(), Overloaded(), PolicyRefused("x")]
)
def test_other_endings_neither_count_nor_clear_failures(outcome: Outcome) -> None:
    state = AccountState(consecutive_failures=4)
    settle(outcome, state)
    assert state.consecutive_failures == 4


def test_a_good_answer_clears_failures() -> None:
    state = AccountState(
        consecutive_failures=5, ejections=2, ejected_at=900.0, ejected_until=960.0, windowless_limits=3
    )
    assert settle(Served(), state) == []
    assert state == AccountState(organization_id="org-a")


def test_a_good_answer_lifts_the_benches_it_disproves() -> None:
    old = Bench(NOW + 60.0, "limited", since=TAKEN - 1.0)
    state = AccountState(benches={"": old, "opus": old, "sonnet": old})
    assert settle(Served(), state) == [BenchCleared("a1", ""), BenchCleared("a1", "opus")]
    assert state.benches == {"sonnet": old}


def test_a_good_answer_to_a_request_without_a_model_lifts_the_account_only() -> None:
    old = Bench(NOW + 60.0, "limited", since=TAKEN - 1.0)
    state = AccountState(benches={"": old, "opus": old})
    changes = settle_outcome(leased(state, model_class=""), Served(), {"a1": state}, NOW, 0.5)
    assert changes == [BenchCleared("a1", "")]


def test_a_stream_begun_before_the_bench_does_not_lift_it() -> None:
    state = AccountState(benches={"opus": Bench(NOW + 60.0, "limited", since=TAKEN + 1.0)})
    assert settle(Served(), state) == []
    assert set(state.benches) == {"opus"}


def test_a_bench_that_has_run_out_goes_silently() -> None:
    state = AccountState(benches={"opus": Bench(NOW - 1.0, "limited", since=TAKEN - 60.0)})
    assert settle(Served(), state) == []
    assert state.benches == {}


@pytest.mark.parametrize("outcome", [Served(), ServerError(500), Overloaded(), AccountRefused("no permission")])
def test_an_auxiliary_endpoint_says_nothing_about_health(outcome: Outcome) -> None:
    state = AccountState(consecutive_failures=4)
    assert settle(outcome, state, auxiliary=True) == []
    assert state == AccountState(consecutive_failures=4, organization_id="org-a")


@pytest.mark.parametrize("outcome", [bucket(retry_after=9.0), CredentialRefused("invalid"), SpendLimited("too low")])
def test_an_auxiliary_endpoint_s_limits_and_refused_credentials_hold(outcome: Outcome) -> None:
    assert settle(outcome, auxiliary=True) == settle(outcome)
    assert settle(outcome) != []


def test_a_limit_without_an_organization_is_the_account_s_own() -> None:
    state = AccountState()
    states = {"a1": state, "a2": AccountState()}
    changes = settle_outcome(leased(state), bucket(retry_after=9.0), states, NOW, 0.5)
    assert changes == [Benched("a1", "opus", NOW + 9.0, BUCKET_WORDS)]


def test_limits_without_a_window_bench_when_repeated() -> None:
    state, lengths = AccountState(), []
    outcome = RateLimited(LimitKind.WINDOWLESS, retry_after=3.0)
    now = NOW
    for _ in range(7):
        lease = Lease(Account(id="a1", name="work"), now, "opus", False, state)
        changes = settle_outcome(lease, outcome, {"a1": state}, now + 1.0, 0.5)
        lengths += [change.until - now - 1.0 for change in changes if isinstance(change, Benched)]
        now += 1_000.0
    assert lengths == [30.0, 60.0, 120.0, 240.0, 300.0, 300.0]
    assert changes == [Benched("a1", "", now - 999.0 + 300.0, WINDOWLESS_WORDS, guess=True)]


def test_many_in_flight_when_a_throttle_begins_count_once() -> None:
    state = AccountState()
    outcome = RateLimited(LimitKind.WINDOWLESS)
    for _ in range(10):
        settle(outcome, state)
    assert state.windowless_limits == 2
    assert state.benches[""].until == NOW + 30.0


def test_an_overload_never_lengthens_or_shortens_what_the_api_stated() -> None:
    stated = Bench(NOW + 5.0, "limited", since=TAKEN)
    state = AccountState(benches={"": stated})
    assert settle(Overloaded(), state) == []
    assert state.benches == {"": stated}


def test_a_person_is_asked_for_once() -> None:
    state = AccountState(attention="refused: organization disabled")
    assert settle(CredentialRefused("invalid x-api-key"), state) == []
    assert state.attention == "refused: organization disabled"


def test_a_late_refusal_of_the_old_credential_does_not_undo_a_login() -> None:
    state = AccountState(trusted_since=TAKEN + 1.0)
    assert settle(CredentialRefused("invalid x-api-key"), state) == []
    assert state.attention is None


def test_a_long_message_is_cut() -> None:
    [change] = settle(AccountRefused("x" * 4_096))
    assert isinstance(change, AttentionNeeded)
    assert len(change.reason) == len("refused: ") + 300
    assert change.reason.endswith("x…")


def test_the_rows_cover_every_outcome() -> None:
    rows = test_row.pytestmark[0].args[1]
    assert {type(outcome) for outcome, _ in rows} == set(typing.get_args(Outcome))
