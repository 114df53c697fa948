from __future__ import annotations

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.access_retention import AUDIT_SECONDS, BATCH, AccessRetention
from harness.small_steps import Backlog, Stop

NOW = 1_795_000_000.0


class Audit(Backlog):
    """Has so many old entries."""

    delete_before = Backlog.delete


class Sessions:
    """Two have ended."""

    ended = 2

    def __repr__(self) -> str:
        return "<Sessions>"

    def forget_ended(self, now: float) -> int:
        assert now == NOW
        ended, self.ended = self.ended, 0
        return ended


def retention(audit: Audit) -> AccessRetention:
    return AccessRetention(audit, Sessions(), lambda: NOW)


def test_entries_older_than_a_year_go_a_few_at_a_time() -> None:
    audit = Audit(2 * BATCH + 1)
    assert retention(audit).run_once(Stop(9)) == 2 * BATCH + 1 + 2
    assert audit.asked == [NOW - AUDIT_SECONDS] * 3
    assert retention(audit).run_once(Stop(9)) == 2


def test_it_stops_between_two_transactions() -> None:
    audit = Audit(9 * BATCH)
    assert retention(audit).run_once(Stop(2)) == 2 * BATCH + 2
    assert audit.left == 7 * BATCH


def test_a_round_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Audit):
        def delete_before(self, before: float, limit: int) -> int:
            self.asked.append(before)
            raise StorageError("The database is away.")

    audit = Failing(1)
    retention(audit).run(Stop(2))
    assert len(audit.asked) == 2
    assert "The database is away." in caplog.text
    assert repr(retention(audit)) == "<AccessRetention of <Backlog> and <Sessions>>"
