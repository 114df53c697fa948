"""Reads every segment of a journal directory in order, and deletes what is safe elsewhere."""

from __future__ import annotations

import logging
import math
import os
import sys
from pathlib import Path
from typing import Final

from claudeflare.journal.segment_reader import Ending, ReadFrame, SegmentReader
from claudeflare.journal.segments import SegmentName, parse_name

log = logging.getLogger(__name__)

FRAMES_AT_ONCE: Final = 2000
"""One transaction's worth: some 15 ms of work, in which nobody else can write."""


class JournalReader:
    """Control's side of the journal. For one thread at a time.

    Offsets are kept in memory only: after a restart, segments not yet deleted are read once more from their start.
    Consumers key what they keep by request id, so that this changes nothing; only sums (`Shed`) may count twice.
    """

    def __init__(self, directory: Path) -> None:
        self.skipped_bytes = 0
        """Bytes that could not be read: frames left unfinished by a writer that died, and damage."""
        self.corrupt_segments = 0
        """Segments set aside because of damage."""
        self.unreadable_frames = 0
        """Sound frames whose content this release does not know."""
        self._directory = directory
        self._segments: dict[SegmentName, SegmentReader] = {}
        self._undeletable = False

    def read(self, limit_frames: int = FRAMES_AT_ONCE, limit_bytes: int = sys.maxsize) -> list[ReadFrame]:
        """The next frames, oldest boot first and each writer's in order; fewer than the limit when that is all.

        `limit_bytes` ends it earlier: behind the read of a file, itself bounded, that reached it.

        The same frames come again until `commit`. Raises `OSError` when the directory or a file cannot be read.
        """
        frames: list[ReadFrame] = []
        for segment in self._in_order():
            frames += segment.read(limit_frames - len(frames), limit_bytes)
            limit_bytes -= segment.taken_bytes
        return frames

    def dead_boots(self) -> list[str]:
        """Boots that are over: every frame was read and no process holds their segments.

        Asked between `read` and `commit`, so that what a dead boot left open is settled before its segments go.
        """
        # A writer may have moved on since `read` looked: its new segment, not read yet, says that it lives.
        alive = {name.boot_id for name in self._listed() if name not in self._segments}
        settled: set[str] = set()
        for name, segment in self._segments.items():
            if not segment.finished:
                alive.add(name.boot_id)
            elif not segment.settled:
                settled.add(name.boot_id)
        return sorted(settled - alive)

    @property
    def some_end(self) -> bool:
        """Whether `commit` will delete a segment: what it alone tells of must be safe elsewhere by then."""
        return any(segment.finished for segment in self._segments.values())

    def commit(self) -> None:
        """What the last `read` returned is safe elsewhere: go on behind it, and delete segments that are done."""
        for name, segment in list(self._segments.items()):
            if not segment.settled:
                segment.commit()
                self.unreadable_frames += segment.unreadable
                self.skipped_bytes += segment.skipped_bytes
                self.corrupt_segments += segment.ending is Ending.DAMAGED
            if segment.settled and self._put_away(segment):
                del self._segments[name]

    def _put_away(self, segment: SegmentReader) -> bool:
        try:
            segment.put_away()
        except OSError as error:
            if not self._undeletable:
                self._undeletable = True
                log.error("%s cannot be removed and takes up space until it can: %s", segment.path, error)
            return False
        self._undeletable = False
        return True

    def _listed(self) -> list[SegmentName]:
        try:
            file_names = os.listdir(self._directory)
        except FileNotFoundError:
            return []
        return [name for name in map(parse_name, file_names) if name]

    def _in_order(self) -> list[SegmentReader]:
        """Every segment there is: boots by age, within a boot by sequence."""
        listed = self._listed()
        self._segments = {name: self._segments.get(name) or self._found(name) for name in listed}
        latest: dict[tuple[str, int], int] = {}
        born: dict[str, float] = {}
        for name, segment in self._segments.items():
            boot_id, worker, sequence = name
            latest[boot_id, worker] = max(sequence, latest.get((boot_id, worker), 0))
            born[boot_id] = min(segment.created_at, born.get(boot_id, math.inf))
        for name, segment in self._segments.items():
            segment.moved_on = name.sequence < latest[name.boot_id, name.worker]
        order = sorted(self._segments, key=lambda name: (born[name.boot_id], name.boot_id, name.sequence, name.worker))
        return [self._segments[name] for name in order]

    def _found(self, name: SegmentName) -> SegmentReader:
        segment = SegmentReader(self._directory / name.file_name, name)
        segment.read(0)  # its header, for the order of boots
        return segment

    def __repr__(self) -> str:
        return f"<JournalReader {self._directory}: {len(self._segments)} segments, {self.skipped_bytes} bytes skipped>"
