from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from claudeflare.client.client import Client
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.client.follow import PAGE, Seen, follow_requests
from claudeflare.client.resources import Request
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings
from harness.data_directory import add_requests, priced, request


@pytest.fixture
async def client(loaded: LoadedSettings, in_process: OpenControl) -> AsyncIterator[Client]:
    async with connect(Target(loaded), in_process) as client:
        yield client


def number(found: Request) -> int:
    return int(found["id"].removeprefix("cf_"), 16)


def follow(client: Client, backlog: int, **filters: str) -> AsyncIterator[Request]:
    return follow_requests(client, filters, backlog, poll_seconds=0)


async def take(following: AsyncIterator[Request], count: int) -> list[int]:
    return [number(await anext(following)) for _ in range(count)]


async def test_the_backlog_comes_oldest_first_and_new_ones_once_each(client: Client, home: Home) -> None:
    following = follow(client, 3)
    assert await take(following, 3) == [4, 5, 6]
    add_requests(home, priced(request(8, 1)), priced(request(7, 2)))
    assert await take(following, 2) == [7, 8]
    add_requests(home, priced(request(9, 0)))
    assert await take(following, 1) == [9]


async def test_a_filter_holds_for_what_is_new(client: Client, home: Home) -> None:
    following = follow(client, 10, status="refused")
    assert await take(following, 1) == [3]
    add_requests(home, priced(request(7, 2)), priced(request(8, 1, terminal_state="refused", status=429)))
    assert await take(following, 1) == [8]


async def test_a_request_that_took_long_is_found_far_down(client: Client, home: Home) -> None:
    add_requests(home, *(priced(request(100 + n, 50 - n * 0.1)) for n in range(2 * PAGE)))
    following = follow(client, 1)
    assert await take(following, 1) == [100 + 2 * PAGE - 1]
    add_requests(home, priced(request(7, 900, duration_ms=899_000.0)))
    assert await take(following, 1) == [7]


async def test_more_at_once_than_a_page(client: Client, home: Home) -> None:
    following = follow(client, 1)
    assert await take(following, 1) == [6]
    add_requests(home, *(priced(request(100 + n, 50 - n * 0.1)) for n in range(3 * PAGE)))
    assert await take(following, 3 * PAGE) == [100 + n for n in range(3 * PAGE)]


def test_what_can_no_longer_be_listed_is_forgotten() -> None:
    def page(first: int, count: int, at: str) -> list[Request]:
        return [{"id": str(n), "timestamp": at} for n in range(first, first + count)]  # type: ignore[typeddict-item]

    seen = Seen()
    assert len(seen.fresh(page(0, 10_000, "2026-11-22T10:00:00Z"))) == 10_000
    assert seen.fresh(page(0, 10, "2026-11-22T10:00:00Z")) == []
    assert len(seen.fresh(page(10_000, 5, "2026-11-22T17:00:00Z"))) == 5
    assert repr(seen) == "<Seen 5 requests>"
