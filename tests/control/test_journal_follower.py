from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from claudeflare.control.journal_follower import JournalFollower
from claudeflare.errors import JournalError
from claudeflare.ingest.batch import Batch
from claudeflare.ingest.ingest import Ingest
from claudeflare.ingest.payload_ingest import PayloadIngest
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.payloads import Payload
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.writer import JournalWriter
from claudeflare.storage import migrate
from claudeflare.storage.database import Database
from claudeflare.storage.requests import RequestStore
from harness.journal_frames import finished
from harness.payload_segments import payload


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[RequestStore]:
    database = Database(f"sqlite:///{tmp_path}/test.db")
    migrate.upgrade(database, None)
    yield RequestStore(database)
    database.dispose()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    directory = tmp_path / "journal"
    directory.mkdir()
    return directory


@pytest.fixture
def writer(journal: Path) -> Iterator[JournalWriter]:
    opened = JournalWriter(journal, 0, "0" * 32)
    yield opened
    opened.close()


def not_expected() -> None:
    raise AssertionError("reading the journal failed")


async def test_records_are_stored_as_they_are_written_and_at_the_end(
    journal: Path, writer: JournalWriter, requests: RequestStore
) -> None:
    stored = threading.Event()

    def written(_batch: Batch) -> None:
        stored.set()

    follower = JournalFollower(Ingest(JournalReader(journal), requests, PriceTable(), [written]))
    writer.append(finished("before"))
    await follower.catch_up()
    assert requests.get("before")

    stored.clear()
    follower.start(not_expected)
    writer.append(finished("meanwhile"))
    assert await asyncio.to_thread(stored.wait, 10)
    assert requests.get("meanwhile")

    writer.append(finished("last"))
    await follower.close()
    assert requests.get("last")


async def test_a_mistake_while_reading_is_reported(
    journal: Path, writer: JournalWriter, requests: RequestStore
) -> None:
    def mistake(_batch: Batch) -> None:
        raise RuntimeError("a mistake")

    failed = asyncio.Event()
    follower = JournalFollower(Ingest(JournalReader(journal), requests, PriceTable(), [mistake]))
    follower.start(failed.set)
    writer.append(finished("r"))
    await asyncio.wait_for(failed.wait(), 10)
    await follower.close()


async def test_a_journal_that_cannot_be_read_is_an_error_with_its_reason(
    tmp_path: Path, requests: RequestStore, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    follower = JournalFollower(Ingest(JournalReader(nowhere), requests, PriceTable()))
    with pytest.raises(JournalError, match="directory readable"):
        await follower.catch_up()
    follower.start(not_expected)
    await follower.close()
    assert "stay in the journal until the next start" in caplog.text


async def test_payloads_are_followed_the_same_way(journal: Path, writer: JournalWriter) -> None:
    kept: list[str] = []
    stored = threading.Event()

    class Sink:
        def store(self, payloads: Sequence[Payload], /) -> None:
            kept.extend(each.id for each in payloads)
            stored.set()

    follower = JournalFollower(PayloadIngest(JournalReader(journal), Sink()), "payloads")
    follower.start()
    writer.append(payload("meanwhile"))
    assert await asyncio.to_thread(stored.wait, 10)
    writer.append(payload("last"))
    await follower.close()
    assert kept == ["meanwhile", "last"]


async def test_closing_before_the_start_does_nothing(journal: Path, requests: RequestStore) -> None:
    await JournalFollower(Ingest(JournalReader(journal), requests, PriceTable())).close()
