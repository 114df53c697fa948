"""What one attempt leaves in its request's record: on which account, how it ended, what followed."""

from __future__ import annotations

import re
from typing import Final

from claudeflare.balancing.failover import (
    AnswerForUpstream,
    RefreshThenRetry,
    Relay,
    RetryHere,
    Step,
    Stop,
    TryAnother,
    Wait,
)
from claudeflare.balancing.lease import Lease
from claudeflare.balancing.outcome import AnswerLost, Outcome
from claudeflare.journal.records import Attempt as AttemptRecord

STEP_NAMES: Final[dict[type[Step], str]] = {
    Relay: "relay", RetryHere: "retry", TryAnother: "another", Wait: "wait", RefreshThenRetry: "refresh",
    AnswerForUpstream: "refuse", Stop: "stop",
}  # fmt: skip

_SNAKE: Final = re.compile(r"(?<!^)(?=[A-Z])")


def begin_record(lease: Lease | None, elapsed_ms: float) -> AttemptRecord:
    """Of an attempt that begins now; without a lease it is made with the caller's own credential."""
    if lease is None:
        return AttemptRecord(account_id="", account="", started_ms=elapsed_ms)
    return AttemptRecord(account_id=lease.account.id, account=lease.account.name, started_ms=elapsed_ms)


def end_record(record: AttemptRecord, outcome: Outcome, step: Step, elapsed_ms: float) -> None:
    """It failed before anything of it reached the client, and this is what is done next."""
    record.ended_ms = elapsed_ms
    record.outcome = _SNAKE.sub("_", type(outcome).__name__).lower()
    record.message = getattr(outcome, "message", None)
    record.maybe_billed = isinstance(outcome, AnswerLost)
    note_step(record, type(step))


def note_step(record: AttemptRecord, step: type[Step]) -> None:
    """This is done next."""
    record.next_step = STEP_NAMES[step]
