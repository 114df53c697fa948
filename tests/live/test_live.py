from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from claudeflare.errors import StorageError
from claudeflare.live.feed import Event
from claudeflare.live.live import REQUEST, Live
from claudeflare.live.request_news import News
from harness.live_batches import Batch, ended

PATIENCE = 20.0


class Ticks:
    """Tells how many requests ended; fails when told to."""

    def __init__(self) -> None:
        self.failing = False
        self.asked = 0
        self.forgotten = asyncio.Event()
        self.failed = asyncio.Event()

    async def events(self, news: News) -> Sequence[Event]:
        self.asked += 1
        if self.failing:
            self.failed.set()
            raise StorageError("The disk is gone. Bring it back.")
        return [Event("ended", news.finished_count)] if news.finished_count else []

    def forget(self) -> None:
        self.forgotten.set()


@asynccontextmanager
async def ticking(linger_seconds: float = 60.0) -> AsyncIterator[tuple[Live, Ticks]]:
    live, source = Live(tick_seconds=0.001, linger_seconds=linger_seconds), Ticks()
    live.set_source(source)
    async with asyncio.timeout(PATIENCE):
        yield live, source
        await live.close()


async def test_both_feeds_are_filled_while_somebody_reads() -> None:
    async with ticking() as (live, _):
        with live.reader(live.activity, None) as activity, live.reader(live.requests, None) as requests:
            for reader in (activity, requests):
                await reader.read(PATIENCE)
            live.stored(Batch([], [ended("r-1"), ended("r-2")]))
            ((_, told),) = await activity.read(PATIENCE)
            assert (told.kind, told.value) == ("ended", 2)
            lines = [event for _, event in await requests.read(PATIENCE)]
        assert [line.kind for line in lines] == [REQUEST, REQUEST]
        assert [getattr(line.value, "id", None) for line in lines] == ["r-1", "r-2"]


async def test_while_nobody_reads_nothing_is_collected() -> None:
    async with ticking() as (live, source):
        live.stored(Batch([], [ended("r-1")]))
        assert not live.awake
        with live.reader(live.activity, None) as reader:
            await reader.read(PATIENCE)
            live.stored(Batch([], [ended("r-2")]))
            ((_, told),) = await reader.read(PATIENCE)
        assert told.value == 1
        assert source.asked


async def test_it_falls_asleep_behind_the_last_reader_and_wakes_with_the_next() -> None:
    async with ticking(linger_seconds=0.0) as (live, source):
        with live.reader(live.activity, None) as reader:
            ((event_id, _),) = await reader.read(PATIENCE)
        await source.forgotten.wait()
        assert not live.awake
        with live.reader(live.activity, event_id) as reader:
            ((_, first),) = await reader.read(PATIENCE)
            assert first.kind == "reset"
            live.stored(Batch([], [ended("r-1")]))
            assert [event.value for _, event in await reader.read(PATIENCE)] == [1]


async def test_who_comes_back_soon_has_missed_nothing() -> None:
    async with ticking() as (live, _):
        with live.reader(live.activity, None) as reader:
            ((event_id, _),) = await reader.read(PATIENCE)
        live.stored(Batch([], [ended("r-1")]))
        with live.reader(live.activity, event_id) as reader:
            assert [event.value for _, event in await reader.read(PATIENCE)] == [1]


async def test_a_database_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with ticking() as (live, source):
        with live.reader(live.activity, None) as reader:
            await reader.read(PATIENCE)
            source.failing = True
            await source.failed.wait()
            source.failed.clear()
            await source.failed.wait()
            source.failing = False
            live.stored(Batch([], [ended("r-1")]))
            assert [event.value for _, event in await reader.read(PATIENCE)] == [1]
    assert [record.getMessage() for record in caplog.records] == [
        "watchers of this server are not told what is new: The disk is gone. Bring it back."
    ]


async def test_the_end_ends_every_stream() -> None:
    async with ticking() as (live, _):
        with live.reader(live.activity, None) as reader:
            await reader.read(PATIENCE)
            live.end_streams()
            assert await reader.read(PATIENCE) == []
            assert reader.ended
        assert repr(live).startswith("<Live <Feed at ")


class FirstLook(Ticks):
    """Looks when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.looking = asyncio.Event()
        self.may_look = asyncio.Event()

    async def events(self, news: News) -> Sequence[Event]:
        self.looking.set()
        await self.may_look.wait()
        return await super().events(news)


async def test_who_begins_is_told_to_fetch_only_when_every_change_from_then_on_is_told() -> None:
    live, source = Live(tick_seconds=0.001), FirstLook()
    live.set_source(source)
    async with asyncio.timeout(PATIENCE):
        with live.reader(live.activity, None) as reader:
            await source.looking.wait()
            assert await reader.read(0.0) == [], "what changed now would be taken for what always was"
            source.may_look.set()
            ((_, event),) = await reader.read(PATIENCE)
            assert event.kind == "ready"
            with live.reader(live.activity, None) as later:
                ((_, event),) = await later.read(0.0)
                assert event.kind == "ready"
        await live.close()


async def test_who_waits_for_the_first_look_is_let_go_when_the_server_ends() -> None:
    live, source = Live(tick_seconds=0.001), FirstLook()
    live.set_source(source)
    async with asyncio.timeout(PATIENCE):
        with live.reader(live.activity, None) as reader:
            await source.looking.wait()
            live.end_streams()
            assert [event.kind for _, event in await reader.read(PATIENCE)] == ["ready"]
            assert reader.ended
        await live.close()
