from __future__ import annotations

import pytest

from claudeflare.errors import StorageError
from claudeflare.retention.limit_retention import BATCH, MOST_DAYS, LimitRetention
from claudeflare.retention.retention import DAY_SECONDS
from harness.small_steps import Backlog, Stop

NOW = 1_795_000_000.0


class Steps(Backlog):
    """Has so many that are too old."""

    delete_before = Backlog.delete


@pytest.mark.parametrize(("kept", "days"), [(30, 30), (365, MOST_DAYS), (0, 0)])
def test_they_are_kept_as_long_as_records_and_no_longer_than_some_months(kept: int, days: int) -> None:
    steps = Steps(BATCH + 1)
    assert LimitRetention(steps, lambda: kept, lambda: NOW).run_once(Stop(9)) == BATCH + 1
    assert steps.asked == [NOW - days * DAY_SECONDS] * 2


def test_a_round_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Steps):
        def delete_before(self, before: float, limit: int) -> int:
            self.asked.append(before)
            raise StorageError("The database is away.")

    steps = Failing(1)
    retention = LimitRetention(steps, lambda: 30, lambda: NOW)
    retention.run(Stop(2))
    assert len(steps.asked) == 2
    assert "The database is away." in caplog.text
    assert repr(retention) == "<LimitRetention of <Backlog>>"
