"""What a client is told when no account can take its request."""

from __future__ import annotations

import msgspec
import pytest

from claudeflare.balancing.account import Account
from claudeflare.balancing.availability import Unavailable
from claudeflare.balancing.decision import Pick
from claudeflare.balancing.lease import Exhausted
from claudeflare.balancing.pins import Bound
from claudeflare.gateway.exhaustion import refuse_exhausted, refuse_queue_full

PICK = Pick("session", "nobody")


def exhausted(*reasons: Unavailable, earliest: float | None = None) -> Exhausted:
    accounts = [Account(id=str(n), name=f"a{n}") for n in range(len(reasons))]
    return Exhausted(list(zip(accounts, reasons, strict=True)), earliest, PICK)


@pytest.mark.parametrize(("wait", "retry"), [(0.2, 1), (12.1, 13), (60, 60), (61, 61), (-5, 1)])
def test_time_will_cure_it(wait: float, retry: int) -> None:
    refusal = refuse_exhausted(exhausted(Unavailable("rate limited", 1000 + wait), earliest=1000 + wait), 1000)
    assert (refusal.status, refusal.error_type, refusal.retry_after) == (429, "rate_limit_error", retry)
    fields = dict(refusal.fields())
    assert fields[b"retry-after"] == b"%d" % retry
    assert (fields.get(b"x-should-retry") == b"false") == (retry > 60)
    assert "a0: rate limited until 1970-01-01T00:1" in refusal.message
    assert refusal.details is not None
    assert refusal.details["accounts"][0]["reason"] == "rate limited"


def test_only_a_person_can_cure_it() -> None:
    refusal = refuse_exhausted(exhausted(Unavailable("paused by its owner"), Unavailable("credential refused")), 1000)
    assert (refusal.status, refusal.error_type) == (503, "api_error")
    assert "a0: paused by its owner; a1: credential refused" in refusal.message


def test_the_queue_is_full() -> None:
    refusal = refuse_queue_full(exhausted(Unavailable("rate limited", 1012.5), earliest=1012.5), 1000)
    assert (refusal.status, refusal.error_type, refusal.retry_after) == (429, "rate_limit_error", 13)
    assert "the queue is full" in refusal.message
    assert refusal.details is not None
    assert refusal.details["next_available_at"] == "1970-01-01T00:16:52Z"


def test_a_requested_account_that_does_not_exist() -> None:
    assert refuse_exhausted(exhausted(), 1000).status == 400


def test_a_bound_request_is_told_what_binds_it() -> None:
    bound = Bound("0", "a0", "file_01")
    out = msgspec.structs.replace(exhausted(Unavailable("rate limited", 1012.5), earliest=1012.5), bound=bound)
    assert refuse_exhausted(out, 1000).message.endswith(
        "It is bound to a0 by file_01. a0: rate limited until 1970-01-01T00:16:52Z"
    )
    gone = refuse_exhausted(Exhausted([], None, PICK, bound=bound), 1000)
    assert (gone.status, gone.error_type) == (404, "not_found_error")
    assert "file_01 is in the account a0, which was removed" in gone.message
