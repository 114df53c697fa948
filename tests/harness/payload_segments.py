"""Payloads as a gateway writes them, and as control finds them."""

from __future__ import annotations

from pathlib import Path

from claudeflare.gateway.payload_writer import Appender, PayloadWriter
from claudeflare.journal.disk_space import DiskSpace
from claudeflare.journal.payloads import Payload, payload_directory
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.records import Frame
from claudeflare.journal.writer import JournalWriter

AMPLE = 2**40


def payload(request_id: str, part: str = "request", body: bytes = b"{}") -> Payload:
    return Payload(id=request_id, at=1_795_000_000.0, part=part, body=body, size=len(body))


def payload_writer(
    journal: Path,
    *,
    limit: int = 1 << 20,
    queue_bytes: int = 1 << 24,
    space: DiskSpace | None = None,
    appender: Appender | None = None,
) -> PayloadWriter:
    """A gateway's writer, not started."""
    journal.mkdir(exist_ok=True)
    directory = payload_directory(journal)
    return PayloadWriter(
        appender or JournalWriter(directory, 0, "test", contents="payloads"),
        space or DiskSpace(journal, 0),
        directory,
        limit,
        queue_bytes,
    )


def frames_in(directory: Path) -> list[Frame]:
    """Every frame of the segments in there, which stay."""
    return [read.frame for read in JournalReader(directory).read()]


def payloads_in(journal: Path) -> list[Payload]:
    """Every payload of a journal, in order."""
    return [frame for frame in frames_in(payload_directory(journal)) if isinstance(frame, Payload)]
