"""The filter says of a line what the database says of its row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.live.matching import matches
from claudeflare.live.summaries import summary_of
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.requests import RequestStore
from harness.live_batches import NOW, ended

RECORDS = [
    ended("r-good", model="claude-opus-5", session="s1", account="work", account_id="a1", client_key="laptop"),
    ended(
        "r-limited", status=429, terminal_state="error", error_message="All accounts are LIMITED", agent_id="agent-7"
    ),
    ended("r-relayed", status=404, account="spare", account_id="a2", path="/v1/files/100%_x"),
    ended("r-cut", terminal_state="truncated", started_at=NOW - 100, model="claude-haiku-5", session="s2"),
    ended("r-left", status=499, terminal_state="client_closed", started_at=NOW + 100, client_key="laptop"),
    ended("r-refused", status=413, terminal_state="refused"),
]
FILTERS = [
    RequestFilter(),
    RequestFilter(account="work"),
    RequestFilter(account="nobody"),
    RequestFilter(model="claude-opus-5"),
    RequestFilter(session="s2"),
    RequestFilter(client_key="laptop"),
    RequestFilter(agent="agent-7"),
    RequestFilter(since=NOW),
    RequestFilter(until=NOW),
    RequestFilter(client_key="laptop", since=NOW + 1),
    *(
        RequestFilter(status=status)
        for status in (
            "success",
            "error",
            "complete",
            "truncated",
            "client_closed",
            "refused",
            "429",
            "200",
            "4xx",
            "5xx",
        )
    ),
    *(RequestFilter(text=text) for text in ("R-L", "limited", "/v1/files", "%_x", "_good", "nowhere")),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestStore]:
    place: Path = tmp_path_factory.mktemp("matching")
    database = Database(f"sqlite:///{place}/test.db")
    migrate.upgrade(database, place)
    requests = RequestStore(database)
    requests.write_batch(opened=[], finished=RECORDS, changed=[], shed={})
    yield requests
    database.dispose()


@pytest.mark.parametrize("wanted", FILTERS, ids=repr)
def test_lines_match_as_rows_are_found(store: RequestStore, wanted: RequestFilter) -> None:
    found, _ = store.list(wanted, None, 100)
    assert {line.id for line in found} == {each.finished.id for each in RECORDS if matches(wanted, summary_of(each))}


def test_an_account_is_found_by_its_id_too() -> None:
    assert matches(RequestFilter(account="a1"), summary_of(RECORDS[0]))
