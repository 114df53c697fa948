from __future__ import annotations

from sqlalchemy import func, select

from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest, RequestFilter
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.tables import request_details


def test_the_oldest_are_deleted_with_their_details(database: Database) -> None:
    store = RequestStore(database)
    records = [
        Finished(
            id=f"r{n}", started_at=float(n), method="GET", path="/v1/models", terminal_state="complete", status=200
        )
        for n in range(1200)
    ]
    priced = [PricedRequest(finished=each, tokens=TokenCounts()) for each in records]
    store.write_batch(opened=[], finished=priced, changed=[], shed={})
    assert store.delete_before(0.0, 10) == 0
    assert store.delete_before(1199.0, 1100) == 1100
    assert store.delete_before(1199.0, 1100) == 99
    left, _ = store.list(RequestFilter(), None, 10)
    assert [each.id for each in left] == ["r1199"]
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(request_details)) == 1
