"""Sorting the accounts for one request, and telling about it."""

from __future__ import annotations

from claudeflare.balancing.account import Account, AccountState, Bench
from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.decision import Candidate
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import Choice, PolicyCandidate
from claudeflare.balancing.survey import ALREADY_TRIED, NOT_ASKED_FOR, earliest, reasons, take_survey, trace

NOW = 1_000.0
LIMITED = Unavailable("limited", 1_060.0)


def candidate(name: str, *, paused: bool = False, **learned: object) -> PolicyCandidate:
    return PolicyCandidate(Account(id=f"id-{name}", name=name, paused=paused), AccountState(**learned))  # type: ignore[arg-type]


FREE = candidate("free")
SPARE = candidate("spare")
PAUSED = candidate("paused", paused=True)
BENCHED = candidate("benched", benches={"opus": Bench(1_060.0, "limited")})
EJECTED = candidate("ejected", ejected_until=1_030.0, consecutive_failures=5)
EVERYBODY = [FREE, SPARE, PAUSED, BENCHED, EJECTED]
REQUEST = PickRequest(session="s", model_class="opus")


def test_accounts_are_sorted() -> None:
    survey = take_survey(EVERYBODY, REQUEST, NOW, {"id-spare"})
    assert survey.free == [FREE]
    assert survey.guessed == [EJECTED]
    assert survey.out["id-spare"] is ALREADY_TRIED
    assert survey.out["id-benched"] == LIMITED
    assert set(survey.out) == {"id-spare", "id-paused", "id-benched", "id-ejected"}


def test_a_request_may_ask_for_one_account() -> None:
    survey = take_survey(EVERYBODY, PickRequest(session="s", account="spare"), NOW, ())
    assert survey.free == [SPARE]
    assert survey.guessed == []
    assert survey.out["id-ejected"] is NOT_ASKED_FOR


def test_an_ejected_account_that_was_tried_is_not_tried_again() -> None:
    assert take_survey([EJECTED], REQUEST, NOW, {"id-ejected"}).guessed == []


def test_the_trace_names_everybody_in_order() -> None:
    survey = take_survey(EVERYBODY, REQUEST, NOW, ())
    assert trace(survey, [FREE], Choice(FREE, "why", {"id-free": 5.0})) == (
        Candidate("free", score=5.0, chosen=True),
        Candidate("spare", out="lower priority"),
        Candidate("paused", out="paused by its owner"),
        Candidate("benched", out="limited", until=1_060.0),
        Candidate("ejected", out="ejected after 5 failures in a row", until=1_030.0),
    )


def test_the_trace_shows_why_a_chosen_account_was_thought_to_be_out() -> None:
    survey = take_survey([PAUSED, EJECTED], REQUEST, NOW, ())
    assert trace(survey, [EJECTED], Choice(EJECTED, "why", {"id-ejected": 1.0}))[1] == Candidate(
        "ejected", score=1.0, out="ejected after 5 failures in a row", until=1_030.0, chosen=True
    )


def test_reasons_prefer_what_the_attempt_has_taught() -> None:
    request = PickRequest(session="s", model_class="opus")
    survey = take_survey([FREE, PAUSED, BENCHED], request, NOW, {"id-free", "id-benched"})
    assert reasons(survey, request, NOW) == [
        (FREE.account, ALREADY_TRIED),
        (PAUSED.account, Unavailable("paused by its owner")),
        (BENCHED.account, LIMITED),
    ]


def test_accounts_that_were_not_asked_for_are_no_reason() -> None:
    request = PickRequest(session="s", account="paused")
    found = reasons(take_survey([PAUSED, FREE], request, NOW, ()), request, NOW)
    assert found == [(PAUSED.account, Unavailable("paused by its owner"))]


def test_earliest_is_the_first_known_end() -> None:
    account = FREE.account
    known = [(account, Unavailable("a", 1_060.0)), (account, Unavailable("b", 1_030.0)), (account, ALREADY_TRIED)]
    assert earliest(known) == 1_030.0
    assert earliest([(account, ALREADY_TRIED)]) is None
    assert earliest([]) is None
