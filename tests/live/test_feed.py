from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.live.feed import READ_AT_ONCE, READY, RESET, Event, Feed, Reader, TooManyReaders
from claudeflare.tasks import TaskKeeper

AT_ONCE = 0.0
"""Seconds of patience of a reader that only takes what is there."""


def numbered(first: int, last: int) -> list[Event]:
    return [Event("number", number) for number in range(first, last + 1)]


async def taken(reader: Reader) -> list[object]:
    return [event.value if event.kind == "number" else event.kind for _, event in await reader.read(AT_ONCE)]


async def test_a_reader_begins_now_and_is_told_what_follows() -> None:
    feed = Feed("boot")
    with feed.reader() as other:
        feed.publish(numbered(1, 2))
        with feed.reader() as reader:
            assert await taken(reader) == [READY]
            assert await taken(reader) == []
            feed.publish(numbered(3, 4))
            assert await taken(reader) == [3, 4]
        assert await taken(other) == [READY]
        assert await taken(other) == [1, 2, 3, 4]


async def test_it_goes_on_behind_the_id_it_read_last() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        feed.publish(numbered(1, 3))
        await reader.read(AT_ONCE)
        ids = [event_id for event_id, _ in await reader.read(AT_ONCE)]
    assert ids == ["boot-1", "boot-2", "boot-3"]
    with feed.reader("boot-2") as reader:
        assert await taken(reader) == [3]
    with feed.reader("boot-3") as reader:
        assert await taken(reader) == []


@pytest.mark.parametrize(
    "event_id", ["", "boot", "boot-", "boot-x", "boot--1", "other-1", "boot-99", "boot-²", "boot-" + "9" * 5000]
)
async def test_an_id_nobody_knows_means_that_something_was_missed(event_id: str) -> None:
    feed = Feed("boot")
    with feed.reader(), feed.reader(event_id) as reader:
        feed.publish(numbered(1, 1))
        events = await reader.read(AT_ONCE)
        assert [(given, event.kind) for given, event in events] == [("boot-0", RESET)]
        assert await taken(reader) == [1]


async def test_a_slow_reader_is_told_that_it_missed_something_and_goes_on_from_now() -> None:
    feed = Feed("boot", size=3)
    with feed.reader() as reader:
        await reader.read(AT_ONCE)
        feed.publish(numbered(1, 3))
        assert await taken(reader) == [1, 2, 3]
        feed.publish(numbered(4, 8))
        assert await taken(reader) == [RESET]
        assert await taken(reader) == []
        feed.publish(numbered(9, 9))
        assert await taken(reader) == [9]


async def test_much_is_given_piece_by_piece() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        await reader.read(AT_ONCE)
        feed.publish(numbered(1, READ_AT_ONCE + 1))
        assert (await taken(reader))[-1] == READ_AT_ONCE
        assert await taken(reader) == [READ_AT_ONCE + 1]


async def test_what_nobody_was_told_counts_as_missed() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        feed.publish(numbered(1, 1))
        await reader.read(AT_ONCE)
    assert feed.awake
    feed.sleep()
    assert not feed.awake
    with feed.reader("boot-1") as reader:
        assert feed.awake
        assert await taken(reader) == [RESET]


async def test_readers_are_woken_by_news_and_by_the_end() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        await reader.read(AT_ONCE)
        async with asyncio.timeout(20):
            waiting = TaskKeeper().start(reader.read(1000), "reading")
            await asyncio.sleep(0)
            feed.publish(numbered(1, 1))
            assert [event.value for _, event in await waiting] == [1]
            waiting = TaskKeeper().start(reader.read(1000), "reading")
            await asyncio.sleep(0)
            assert not reader.ended
            feed.close()
            assert await waiting == []
        assert reader.ended


async def test_what_came_before_the_end_is_still_read() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        feed.publish(numbered(1, 1))
        feed.close()
        assert await taken(reader) == [READY]
        assert not reader.ended
        assert await taken(reader) == [1]
        assert reader.ended


async def test_publishing_nothing_wakes_nobody() -> None:
    feed = Feed("boot")
    with feed.reader() as reader:
        await reader.read(AT_ONCE)
        waiting = TaskKeeper().start(reader.read(1000), "reading")
        await asyncio.sleep(0)
        feed.publish([])
        await asyncio.sleep(0)
        assert not waiting.done()
        feed.close()
        await waiting


async def test_there_are_only_so_many_readers() -> None:
    feed = Feed("boot", most_readers=1)
    with feed.reader() as reader:
        with pytest.raises(TooManyReaders), feed.reader():
            pass
        assert "1 readers" in repr(feed)
        assert "boot-0" in repr(reader)
    with feed.reader():
        pass
    assert feed.readers == 0


@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=40), st.integers(1, 8))
def test_a_reader_is_told_everything_once_in_order_or_that_it_missed_something(
    steps: list[tuple[int, bool]], size: int
) -> None:
    async def run() -> None:
        feed = Feed("boot", size)
        published, known = 0, 0
        with feed.reader() as reader:
            await reader.read(AT_ONCE)
            for count, reads in steps:
                feed.publish(numbered(published + 1, published + count))
                published += count
                if reads:
                    told = await taken(reader)
                    assert told in ([RESET], list(range(known + 1, published + 1)))
                    assert (told == [RESET]) == (published - known > size)
                    known = published

    asyncio.run(run())
