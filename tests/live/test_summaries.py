from __future__ import annotations

from pathlib import Path

from claudeflare.journal.records import Attempt
from claudeflare.live.summaries import summary_of
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.requests import RequestStore
from harness.live_batches import ended


def test_it_is_the_line_that_the_database_gives(tmp_path: Path) -> None:
    record = ended(
        "r-1",
        tokens=TokenCounts(input=1, cache_read=2, output=3),
        cost=0.5,
        account="work",
        account_id="a1",
        attempts=[Attempt(account_id="a0", account="spare"), Attempt(account_id="a1", account="work")],
        model="claude-opus-5",
        served_model="claude-opus-5-1",
        streaming=True,
        session="s",
        duration_ms=12.5,
        first_byte_ms=3.0,
        request_bytes=100,
        error_message="what was wrong",
        stop_reason="end_turn",
    )
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, tmp_path)
    store = RequestStore(database)
    store.write_batch(opened=[], finished=[record], changed=[], shed={})
    (line,), _ = store.list(RequestFilter(), None, 10)
    database.dispose()
    assert summary_of(record) == line
    assert (line.failover_attempts, line.tried) == (1, ("spare",))
