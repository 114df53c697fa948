"""One table: what is known of an account, and the reason that comes out."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import Account, AccountState, Bench
from claudeflare.balancing.availability import Unavailable, why_unavailable

NOW = 1_000.0
WORK = Account(id="a1", name="work")
LIMITED = Bench(1_060.0, "rate limited: requests or tokens per minute")
OVERLOADED = Bench(1_010.0, "the provider is overloaded", guess=True)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (AccountState(), None),
        (AccountState(in_flight=500, consecutive_failures=4), None),
        (AccountState(attention="credential refused"), Unavailable("needs attention: credential refused")),
        (AccountState(benches={"": LIMITED}), Unavailable(LIMITED.reason, 1_060.0)),
        (AccountState(benches={"opus": LIMITED}), Unavailable(LIMITED.reason, 1_060.0)),
        (AccountState(benches={"sonnet": LIMITED}), None),
        (AccountState(benches={"": Bench(NOW, "over")}), None),
        (AccountState(benches={"": OVERLOADED}), Unavailable(OVERLOADED.reason, 1_010.0, guess=True)),
        (
            AccountState(ejected_until=1_030.0, consecutive_failures=5),
            Unavailable("ejected after 5 failures in a row", 1_030.0, guess=True),
        ),
        (AccountState(ejected_until=NOW, consecutive_failures=5), None),
    ],
)
def test_reason(state: AccountState, expected: Unavailable | None) -> None:
    assert why_unavailable(WORK, state, "opus", NOW) == expected


def test_a_paused_account_is_out_whatever_else_holds() -> None:
    paused = Account(id="a1", name="work", paused=True)
    state = AccountState(attention="credential refused", benches={"": LIMITED})
    assert why_unavailable(paused, state, "", NOW) == Unavailable("paused by its owner")


def test_attention_outranks_a_bench() -> None:
    state = AccountState(attention="on hold", benches={"": LIMITED})
    assert why_unavailable(WORK, state, "", NOW) == Unavailable("needs attention: on hold")


def test_a_request_without_a_model_class_is_held_by_the_whole_account_only() -> None:
    state = AccountState(benches={"opus": LIMITED})
    assert why_unavailable(WORK, state, "", NOW) is None


@pytest.mark.parametrize("longest", ["", "opus"])
def test_of_two_benches_the_longer_says_until_when(longest: str) -> None:
    benches = {"": LIMITED, "opus": LIMITED, longest: Bench(1_100.0, "longest")}
    assert why_unavailable(WORK, AccountState(benches=benches), "opus", NOW) == Unavailable("longest", 1_100.0)


@pytest.mark.parametrize("guess_scope", ["", "opus"])
def test_what_the_api_stated_outranks_a_longer_guess(guess_scope: str) -> None:
    stated_scope = "" if guess_scope else "opus"
    state = AccountState(
        benches={guess_scope: Bench(9_000.0, "guess", guess=True), stated_scope: LIMITED}, ejected_until=9_000.0
    )
    unavailable = why_unavailable(WORK, state, "opus", NOW)
    assert unavailable == Unavailable(LIMITED.reason, 1_060.0)


@pytest.mark.parametrize(("ejected_until", "reason"), [(1_005.0, "the provider is overloaded"), (1_020.0, "ejected")])
def test_of_two_guesses_the_longer_is_named(ejected_until: float, reason: str) -> None:
    state = AccountState(benches={"": OVERLOADED}, ejected_until=ejected_until)
    unavailable = why_unavailable(WORK, state, "opus", NOW)
    assert unavailable is not None
    assert unavailable.guess
    assert unavailable.reason.startswith(reason)
