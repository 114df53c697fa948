"""Which open requests the journal alone tells of."""

from __future__ import annotations

from claudeflare.ingest.batch import Batch, collect
from claudeflare.ingest.open_requests import OpenRequests
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Frame
from claudeflare.journal.segment_reader import ReadFrame
from harness.journal_frames import finished, opened


def batch_of(*frames: Frame) -> Batch:
    return collect([ReadFrame(frame, "boot", 0) for frame in frames], PriceTable())


def ids(entries: list[tuple[str, object]]) -> list[str]:
    return [getattr(request, "id", "") for _, request in entries]


def test_they_are_kept_until_they_end() -> None:
    requests = OpenRequests()
    requests.stored(batch_of(opened("a"), opened("b")), [])
    requests.stored(batch_of(finished("a"), opened("c")), [])
    assert ids(requests.all_of(batch_of(opened("d"), finished("b")))) == ["c", "d"]
    assert ids(requests.all_of(batch_of())) == ["b", "c"]


def test_what_is_stored_is_no_longer_kept() -> None:
    requests = OpenRequests()
    batch = batch_of(opened("a"))
    requests.stored(batch, requests.all_of(batch))
    assert requests.all_of(batch_of()) == []
