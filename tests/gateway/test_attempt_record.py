"""What an attempt leaves in the record."""

from __future__ import annotations

import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.failover import RetryHere, Step, TryAnother, Wait
from claudeflare.balancing.lease import Acquired, Lease, PickRequest
from claudeflare.balancing.outcome import AnswerLost, ConnectFailed, Outcome
from claudeflare.balancing.pool import AccountPool
from claudeflare.gateway.attempt_record import STEP_NAMES, begin_record, end_record, note_step
from claudeflare.journal.records import Attempt


def lease() -> Lease:
    pool = AccountPool("session", 18_000.0)
    pool.configure([Account(id="id-work", name="work")], "session", 18_000.0)
    taken = pool.acquire(PickRequest(session="key:/one", model_class="sonnet"), 1_000.0, [])
    assert isinstance(taken, Acquired)
    return taken.lease


def test_an_attempt_begins_on_the_account_that_is_held() -> None:
    assert begin_record(lease(), 1.5) == Attempt(account_id="id-work", account="work", started_ms=1.5)


def test_an_attempt_with_the_callers_own_credential_names_no_account() -> None:
    assert begin_record(None, 2.5) == Attempt(started_ms=2.5)


@pytest.mark.parametrize(
    ("outcome", "step", "name", "next_step", "maybe_billed"),
    [
        (ConnectFailed("no route"), RetryHere(delay=0.1), "connect_failed", "retry", False),
        (AnswerLost("no route"), TryAnother(delay=0.0), "answer_lost", "another", True),
    ],
)
def test_a_failed_attempt_tells_how_it_ended(
    outcome: Outcome, step: Step, name: str, next_step: str, maybe_billed: bool
) -> None:
    record = begin_record(None, 1.0)
    end_record(record, outcome, step, 9.0)
    assert (record.ended_ms, record.outcome, record.message) == (9.0, name, "no route")
    assert (record.next_step, record.maybe_billed) == (next_step, maybe_billed)


def test_what_follows_can_turn_out_differently() -> None:
    record = begin_record(None, 1.0)
    end_record(record, ConnectFailed("no route"), TryAnother(delay=0.0), 9.0)
    note_step(record, Wait)
    assert record.next_step == "wait"


def test_every_step_has_a_name_of_its_own() -> None:
    assert set(STEP_NAMES) == set(Step.__args__)  # type: ignore[attr-defined]  # a union
    assert len(set(STEP_NAMES.values())) == len(STEP_NAMES)
