from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

from claudeflare.api.maintenance import BATCH, delete_for, delete_payloads_for
from claudeflare.api.schemas.maintenance import HistoryCleared
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Opened
from claudeflare.providers.usage import TokenCounts
from claudeflare.retention.payload_retention import PAYLOADS_AT_ONCE
from claudeflare.storage.payloads import PayloadTotals
from claudeflare.storage.records import PricedRequest
from harness.journal_frames import finished
from harness.rest_api import NOW, Api


async def test_history_is_cleared_and_statistics_follow(api: Api) -> None:
    account = await api.add("work")
    api.record("r1", started_at=NOW - 10, account_id=account["id"], account="work", model="m")
    api.record("r2", started_at=NOW)
    opened = Opened(id="running", started_at=NOW - 5, method="POST", path="/v1/messages")
    api.services.requests.write_batch(opened=[("boot", opened)], finished=[], changed=[], shed={})
    api.clock.now = NOW + 1
    assert await api.post("/api/maintenance/clear-history") == {
        "deleted": 2,
        "before": "2026-11-18T11:06:41.000Z",
        "done": True,
    }
    assert await api.get("/api/requests") == []
    assert (await api.refused("GET", "/api/requests/r1"))[0] == 404
    stats = await api.get("/api/stats")
    assert (stats["totalRequests"], stats["topModels"]) == (0, [])
    (left,) = await api.get("/api/accounts")
    assert (left["name"], left["totalRequests"], left["lastUsed"]) == ("work", 0, None)
    # What was running is recorded as ever when it ends.
    assert api.services.requests.end_open_requests("boot", NOW + 2) == 1


async def test_only_what_began_before_a_moment(api: Api) -> None:
    for age in (10, 5, 1):
        api.record(f"r{age}", started_at=NOW - age)
    answer = await api.post("/api/maintenance/clear-history", {"before": "5s"})
    assert answer == {"deleted": 1, "before": "2026-11-18T11:06:35.000Z", "done": True}
    assert [each["id"] for each in await api.get("/api/requests")] == ["r1", "r5"]


def many(api: Api, count: int) -> None:
    records = [
        PricedRequest(finished=finished(f"r{n}", started_at=NOW - 10), tokens=TokenCounts()) for n in range(count)
    ]
    api.services.requests.write_batch(opened=[], finished=records, changed=[], shed={})


async def test_many_records_go_in_batches(api: Api) -> None:
    many(api, 2 * BATCH + 1)
    answer = HistoryCleared(**await api.post("/api/maintenance/clear-history"))
    assert (answer.deleted, answer.done) == (2 * BATCH + 1, True)
    assert (await api.post("/api/maintenance/clear-history"))["deleted"] == 0


async def test_a_call_ends_in_time_and_the_next_goes_on(api: Api) -> None:
    many(api, BATCH + 1)
    requests = api.services.requests
    assert delete_for(0.0, requests, NOW) == (BATCH, False)
    assert delete_for(0.0, requests, NOW) == (1, True)


async def test_a_moment_that_is_none_is_refused(api: Api) -> None:
    for body, status in (({"before": "soon"}, 400), ({"befor": "5s"}, 422)):
        refused = await api.refused("POST", "/api/maintenance/clear-history", json=body)
        assert refused[0] == status


def capture(api: Api, request_id: str, at: float, body: bytes) -> None:
    api.record(request_id, started_at=at)
    api.services.payloads.store([Payload(id=request_id, at=at, part="request", body=body, size=len(body))])


async def test_payloads_go_with_the_history(api: Api) -> None:
    capture(api, "r1", NOW - 10, b"1" * 1000)
    capture(api, "r2", NOW - 5, b"2" * 1000)
    assert (await api.post("/api/maintenance/clear-history", {"before": "7s"}))["deleted"] == 1
    assert not api.services.payloads.get("r1")
    assert api.services.payloads.get("r2")
    api.clock.now = NOW + 1
    assert (await api.post("/api/maintenance/clear-history"))["done"]
    assert api.services.payloads.totals() == PayloadTotals()


async def test_many_payloads_take_several_calls(api: Api) -> None:
    store = api.services.payloads
    store.store([Payload(id=f"r{n}", at=NOW, part="request", body=b"%d" % n) for n in range(PAYLOADS_AT_ONCE + 1)])
    assert not delete_payloads_for(0.0, store, NOW + 1)
    assert store.totals().payloads == 1
    assert delete_payloads_for(60.0, store, NOW + 1)
    assert store.totals() == PayloadTotals()


async def test_free_space_goes_back_to_the_disk(api: Api, tmp_path: Path) -> None:
    capture(api, "r1", NOW - 10, random.Random(1).randbytes(3_000_000))
    await api.post("/api/maintenance/clear-history")
    assert await api.post("/api/maintenance/compact") == {"freedBytes": ANY, "done": True}
    assert await api.post("/api/maintenance/compact") == {"freedBytes": 0, "done": True}
    with closing(sqlite3.connect(tmp_path / "payloads.db")) as connection:
        assert connection.execute("PRAGMA page_count").fetchone()[0] < 100


async def test_nothing_to_clean_up(api: Api) -> None:
    api.record("r1")
    answer = await api.post("/api/maintenance/cleanup")
    assert answer == {"deletedRequests": 0, "deletedPayloads": 0, "done": True}
