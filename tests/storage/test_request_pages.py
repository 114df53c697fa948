from __future__ import annotations

import pytest
from sample_requests import priced, write

from claudeflare.storage import request_pages
from claudeflare.storage.database import Database
from claudeflare.storage.records import RequestFilter
from claudeflare.storage.requests import RequestStore


@pytest.fixture
def store(database: Database) -> RequestStore:
    return RequestStore(database)


def all_pages(store: RequestStore, wanted: RequestFilter, limit: int) -> tuple[list[str], int]:
    ids, pages, cursor = [], 0, None
    while True:
        page, cursor = store.list(wanted, cursor, limit)
        ids += [each.id for each in page]
        pages += 1
        if cursor is None:
            return ids, pages


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_class_of_statuses_is_in_the_order_of_time(store: RequestStore, limit: int) -> None:
    codes = [500, 429, 502, 529, 200, 500, 404, 599, 503]
    write(store, [priced(f"r{n}", float(n // 2), status=code) for n, code in enumerate(codes)])
    expected = [f"r{n}" for n in reversed(range(9)) if codes[n] >= 500]
    assert all_pages(store, RequestFilter(status="5xx"), limit)[0] == expected
    assert all_pages(store, RequestFilter(status="3xx"), limit) == ([], 1)


def test_a_text_is_looked_for_a_stretch_at_a_time(store: RequestStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_pages, "SEARCHED", 10)
    write(store, [priced(f"r{n:02}", float(n), path="/v1/found" if n % 20 == 3 else "/v1/x") for n in range(60)])
    ids, pages = all_pages(store, RequestFilter(text="FOUND"), 100)
    assert ids == ["r43", "r23", "r03"]
    assert pages == 7
    assert all_pages(store, RequestFilter(text="r0"), 4)[0] == [f"r{n:02}" for n in reversed(range(10))]


def test_the_beginning_of_an_id_is_found_at_once(store: RequestStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_pages, "SEARCHED", 2)
    write(store, [priced(f"cf_0199aabbcc{n:02}", float(n)) for n in range(20)])
    assert all_pages(store, RequestFilter(text="CF_0199aabbcc1"), 100) == (
        [f"cf_0199aabbcc{n:02}" for n in reversed(range(10, 20))],
        1,
    )
    assert all_pages(store, RequestFilter(text="cf_0199aabbdd"), 100) == ([], 1)
