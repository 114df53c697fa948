"""`session`: staying, placing, moving."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancing.policies.candidates import REQUEST, candidate
from claudeflare.balancing.lease import PickRequest
from claudeflare.balancing.policies.policy import PolicyCandidate
from claudeflare.balancing.policies.session import SessionPolicy, rendezvous_weight


def test_a_session_stays_where_it_is_bound_however_busy_that_is() -> None:
    busy, idle = candidate("busy", in_flight=9), candidate("idle", tier=20)
    choice = SessionPolicy().pick([idle, busy], REQUEST, busy, 0.0)
    assert choice.candidate is busy
    assert choice.why == "session was bound to busy"
    assert choice.scores == {}


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([candidate("a"), candidate("b", tier=5)], "b"),
        ([candidate("a", in_flight=1), candidate("b")], "b"),
        ([candidate("a", tier=20, in_flight=3), candidate("b", tier=1)], "a"),
        ([candidate("a", tier=5, in_flight=9), candidate("b", tier=1)], "b"),
        ([candidate("a", last_used=7.0), candidate("b", last_used=3.0)], "b"),
        ([candidate("a", tier=5, in_flight=4, last_used=2.0), candidate("b", last_used=3.0)], "a"),
    ],
)
def test_a_new_session_goes_where_most_room_is(candidates: list[PolicyCandidate], expected: str) -> None:
    choice = SessionPolicy().pick(candidates, REQUEST, None, 0.0)
    assert choice.candidate.account.name == expected
    assert choice.why == f"new session placed on {expected}: most room for its tier"
    assert set(choice.scores) == {"id-a", "id-b"}


def test_a_session_whose_account_is_out_moves() -> None:
    limited, spare = candidate("limited", tier=20), candidate("spare")
    choice = SessionPolicy().pick([spare], REQUEST, limited, 0.0)
    assert choice.candidate is spare
    assert choice.why == "session moved from limited to spare: most room for its tier"


@given(st.text(), st.permutations(["a", "b", "c", "d"]))
def test_workers_agree_on_a_tie_in_whatever_order_they_hold_the_accounts(session: str, order: list[str]) -> None:
    request = PickRequest(session=session)
    there = SessionPolicy().pick([candidate(name) for name in order], request, None, 0.0)
    here = SessionPolicy().pick([candidate(name) for name in "abcd"], request, None, 0.0)
    assert there.candidate.account == here.candidate.account


def test_ties_spread_evenly_over_accounts() -> None:
    candidates = [candidate(name) for name in "abcd"]
    picked = [
        SessionPolicy().pick(candidates, PickRequest(session=f"s{n}"), None, 0.0).candidate.account.name
        for n in range(400)
    ]
    assert all(60 <= picked.count(name) <= 140 for name in "abcd")


def test_the_hash_is_the_same_in_another_process() -> None:
    code = (
        "from claudeflare.balancing.policies.session import rendezvous_weight as weight;"
        "print(weight('session', 'account').hex())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == rendezvous_weight("session", "account").hex()
