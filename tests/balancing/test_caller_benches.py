from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.balancing import caller_benches
from claudeflare.balancing.caller_benches import LONGEST_SECONDS, REFUSED_SECONDS, UNSTATED_SECONDS, CallerBenches
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

NOW = 1_000_000.0
ONE, OTHER = b"1" * 32, b"2" * 32


def after(outcome: Outcome) -> CallerBenches:
    benches = CallerBenches()
    benches.settle(ONE, outcome, NOW)
    return benches


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (RateLimited(LimitKind.BUCKET, until=NOW + 40, retry_after=7), 40),
        (RateLimited(LimitKind.WINDOW, retry_after=7), 7),
        (RateLimited(LimitKind.RAMP), UNSTATED_SECONDS),
        (RateLimited(LimitKind.WINDOWLESS, until=NOW + 99), UNSTATED_SECONDS),
        (RateLimited(LimitKind.WINDOW, until=NOW * 9), LONGEST_SECONDS),
        (SpendLimited("x"), REFUSED_SECONDS),
        (SpendLimited("x", until=NOW + 9), 9),
        (CredentialRefused("x"), REFUSED_SECONDS),
        (AccountRefused("x"), REFUSED_SECONDS),
        (PolicyRefused("x"), REFUSED_SECONDS),
    ],
)
def test_what_keeps_a_credential_out_and_how_long(outcome: Outcome, seconds: float) -> None:
    benches = after(outcome)
    assert not benches.is_free(ONE, "opus", NOW)
    assert not benches.is_free(ONE, "", NOW + seconds - 0.5)
    assert benches.is_free(ONE, "opus", NOW + seconds)
    assert benches.is_free(OTHER, "opus", NOW)


@pytest.mark.parametrize(
    "outcome",
    [
        Served(), ConnectFailed("x"), AnswerLost("x"), ServerError(500), Overloaded(), Rejected(400), Interrupted("x"),
        ClientGone(), PolicyRefused("x", on_hold=False),
    ],
)  # fmt: skip
def test_what_says_nothing_about_it(outcome: Outcome) -> None:
    assert after(outcome).is_free(ONE, "opus", NOW)
    assert len(after(outcome)) == 0


def test_a_limit_of_one_model_class_leaves_the_others() -> None:
    benches = after(RateLimited(LimitKind.BUCKET, until=NOW + 40, model_class="opus"))
    assert not benches.is_free(ONE, "opus", NOW)
    assert benches.is_free(ONE, "haiku", NOW)
    assert benches.is_free(ONE, "", NOW)


@given(digests=st.lists(st.binary(min_size=2, max_size=2), max_size=40))
def test_however_many_callers_there_are_few_are_remembered(digests: list[bytes]) -> None:
    benches = CallerBenches()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caller_benches, "REMEMBERED", 5)
        for digest in digests:
            benches.settle(digest, CredentialRefused("x"), NOW)
            assert not benches.is_free(digest, "", NOW)
            assert len(benches) <= 5
