from __future__ import annotations

import pytest

from claudeflare.demo.moves import Journeys, may_have_moved, moves_of
from harness.demo_records import attempt, pick, request


def test_a_session_s_account_is_the_one_that_answered_it_last() -> None:
    journeys = Journeys()
    assert journeys.account_of("s-01") is None
    journeys.note(request(accountUsed="trial"))
    journeys.note(request(accountUsed=None))
    journeys.note(request(sessionId=None, accountUsed="company"))
    assert journeys.account_of("s-01") == "trial"
    assert journeys.account_of(None) is None


@pytest.mark.parametrize(
    ("fields", "before", "asked"),
    [
        ({}, None, False),
        ({}, "company", False),
        ({}, "trial", True),
        ({"failoverAttempts": 1}, None, True),
        ({"failoverAttempts": 1}, "company", True),
    ],
)
def test_only_what_may_have_moved_is_looked_into(fields: dict[str, int], before: str | None, asked: bool) -> None:
    assert may_have_moved(request(**fields), before) is asked


def test_an_account_known_to_be_out_is_left_for_that_reason() -> None:
    explanation = {"steps": [pick("company", trial="rate limited (sonnet)"), attempt("company")]}
    (move,) = moves_of(request(), explanation, "trial")
    assert (move.session, move.origin, move.target) == ("s-01", "trial", "company")
    assert (move.why, move.in_request) == ("rate limited (sonnet)", False)


def test_attempts_that_failed_lead_from_account_to_account() -> None:
    explanation = {
        "steps": [
            pick("trial"),
            attempt("trial", "rate_limited", 429),
            pick("studio-a"),
            attempt("studio-a", "overloaded", 529),
            attempt("studio-a", "overloaded", 529),
            pick("studio-b"),
            attempt("studio-b", "connect_failed", None),
            pick("company"),
            attempt("company"),
        ]
    }
    moves = moves_of(request(), explanation, None)
    assert [(move.origin, move.target, move.why) for move in moves] == [
        ("trial", "studio-a", "429 rate limited"),
        ("studio-a", "studio-b", "529 overloaded"),
        ("studio-b", "company", "connect failed"),
    ]
    assert all(move.in_request for move in moves)


def test_an_account_that_was_free_was_not_left() -> None:
    explanation = {"steps": [pick("company"), attempt("company")]}
    assert moves_of(request(), explanation, "trial") == []
    assert moves_of(request(), {"steps": []}, "trial") == []
