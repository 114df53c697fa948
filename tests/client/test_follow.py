"""Following a real server on a socket: what ends is told once, whatever happens to the connection and the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from claudeflare.client.client import Client
from claudeflare.client.connection import OpenControl, Target, connect
from claudeflare.client.follow import PATIENCE, Seen, follow_requests
from claudeflare.client.resources import Request
from claudeflare.errors import InvalidInput, Unreachable
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings
from claudeflare.storage.records import PricedRequest
from harness.data_directory import NOW, priced, request
from harness.events import Watched, watched
from harness.live_batches import Batch


@pytest.fixture
async def server(home: Home) -> AsyncIterator[Watched]:
    async with watched(home.directory) as server:
        yield server


@pytest.fixture
async def client(server: Watched, loaded: LoadedSettings, in_process: OpenControl) -> AsyncIterator[Client]:
    async with connect(Target(loaded, server.url, server.control.token), in_process) as client:
        yield client


def number(found: Request) -> int:
    return int(found["id"].removeprefix("cf_"), 16)


@asynccontextmanager
async def follow(client: Client, backlog: int, **filters: str) -> AsyncIterator[AsyncGenerator[Request]]:
    following = follow_requests(client, filters, backlog, lambda: NOW, retry_seconds=0)
    try:
        yield following
    finally:
        await following.aclose()


async def take(following: AsyncIterator[Request], count: int) -> list[int]:
    return [number(await anext(following)) for _ in range(count)]


def end(server: Watched, *requests: PricedRequest) -> None:
    """Requests that end now, as ingest files them and tells of them."""
    server.services.requests.write_batch(opened=[], finished=requests, changed=[], shed={})
    server.control.live.stored(Batch([], list(requests)))


async def test_the_backlog_comes_oldest_first_and_new_ones_once_each(server: Watched, client: Client) -> None:
    async with follow(client, 3) as following:
        assert await take(following, 3) == [4, 5, 6]
        end(server, priced(request(8, 1)))
        end(server, priced(request(7, 2)), priced(request(8, 1)))
        assert await take(following, 2) == [8, 7]
        end(server, priced(request(9, 0)))
        assert await take(following, 1) == [9]


async def test_the_same_filters_as_the_list(server: Watched, client: Client) -> None:
    async with follow(client, 10, status="refused", since="20m") as following:
        assert await take(following, 1) == [3]
        end(server, priced(request(7, 2)), priced(request(8, 1, terminal_state="refused", status=429)))
        assert await take(following, 1) == [8]
    async with follow(client, 10, status="luck") as following:
        with pytest.raises(InvalidInput, match="luck"):
            await anext(following)


async def test_a_request_that_took_long_is_told_when_it_ends(server: Watched, client: Client) -> None:
    async with follow(client, 1) as following:
        assert await take(following, 1) == [6]
        end(server, priced(request(7, 900, duration_ms=899_000.0)))
        assert await take(following, 1) == [7]


async def test_a_lost_connection_goes_on_where_it_was(server: Watched, client: Client) -> None:
    async with follow(client, 1) as following:
        assert await take(following, 1) == [6]
        end(server, priced(request(7, 5)))
        assert await take(following, 1) == [7]
        server.control.live.requests.close()
        server.control.live.requests.closed = False
        end(server, priced(request(8, 4)), priced(request(9, 3)))
        assert await take(following, 2) == [8, 9]


async def test_nothing_is_lost_or_doubled_over_a_restart(
    home: Home, loaded: LoadedSettings, in_process: OpenControl
) -> None:
    async with watched(home.directory) as first:
        port = int(first.url.rpartition(":")[2])
        target = Target(loaded, first.url, first.control.token)
        async with connect(target, in_process) as client, follow(client, 2) as following:
            assert await take(following, 2) == [5, 6]
            end(first, priced(request(7, 9)))
            assert await take(following, 1) == [7]
    # What ends while no server runs is filed by the next one, before anybody listens.
    async with connect(target, in_process) as client, follow(client, 2) as following:
        async with watched(home.directory, port) as second:
            assert await take(following, 2) == [6, 7]
            end(second, priced(request(8, 8)))
            assert await take(following, 1) == [8]
        async with watched(home.directory, port) as third:
            end(third, priced(request(9, 700, duration_ms=690_000.0)), priced(request(10, 6)))
            assert await take(following, 2) == [9, 10]
            end(third, priced(request(11, 5)), priced(request(8, 8)))
            assert await take(following, 1) == [11]


async def test_a_server_that_stays_away_is_given_up(client: Client, server: Watched) -> None:
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False) as http:
        away = Client(http, where="http://127.0.0.1:1", token_source="test")
        async with follow(away, 1) as following:
            with pytest.raises(Unreachable, match="broke off"):
                await anext(following)
    assert PATIENCE > 1


def test_what_can_no_longer_be_listed_is_forgotten() -> None:
    def page(first: int, count: int, at: str) -> list[Request]:
        return [{"id": str(n), "timestamp": at} for n in range(first, first + count)]  # type: ignore[typeddict-item]

    seen = Seen()
    assert len(seen.fresh(page(0, 10_000, "2026-11-22T10:00:00Z"))) == 10_000
    assert seen.fresh(page(0, 10, "2026-11-22T10:00:00Z")) == []
    assert len(seen.fresh(page(10_000, 5, "2026-11-22T17:00:00Z"))) == 5
    assert repr(seen) == "<Seen 5 requests>"
