"""Frames into batches."""

from __future__ import annotations

from claudeflare.ingest.batch import Batch, collect
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Frame, Shed
from claudeflare.journal.segment_reader import ReadFrame
from harness.journal_frames import changed, finished, opened


def batch_of(*frames: Frame, boot_id: str = "boot") -> Batch:
    return collect([ReadFrame(frame, boot_id, 0) for frame in frames], PriceTable())


def test_nothing_gives_nothing() -> None:
    assert batch_of() == Batch()


def test_an_opened_frame_yields_to_the_finished_one_wherever_that_stands() -> None:
    batch = batch_of(opened("a"), opened("b"), finished("a"), finished("c"), opened("c"))
    assert batch.opened == [("boot", opened("b"))]
    assert [each.finished.id for each in batch.finished] == ["a", "c"]


def test_the_last_of_several_finished_frames_wins() -> None:
    batch = batch_of(finished("a", status=200), finished("b"), finished("a", status=499, amended=True))
    assert [(each.finished.id, each.finished.status) for each in batch.finished] == [("a", 499), ("b", 200)]


def test_changes_keep_their_order_and_the_greatest_loss_counts() -> None:
    batch = batch_of(changed("s"), Shed(at=1.0, records=2), changed("t"), changed("s"), Shed(at=2.0, records=5))
    assert batch.changed == [changed("s"), changed("t"), changed("s")]
    assert batch.shed == {"boot-0": 5}
