"""Frames as read -> what to write of them, each request once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from claudeflare.ingest.priced import price
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.payloads import Payload
from claudeflare.journal.records import Changed, Finished, Opened, Shed
from claudeflare.journal.segment_reader import ReadFrame
from claudeflare.journal.segments import writer_name
from claudeflare.storage.records import PricedRequest


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's worth."""

    opened: list[tuple[str, Opened]] = field(default_factory=list)
    """(boot id, frame) of requests that have not finished."""
    finished: list[PricedRequest] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    shed: dict[str, int] = field(default_factory=dict)
    """Gateway's writer -> how many records it has had to drop since it began."""


def collect(frames: Iterable[ReadFrame], table: PriceTable) -> Batch:
    """Sort frames by kind. The last finished frame of a request wins, and opened ones yield to it."""
    opened: dict[str, tuple[str, Opened]] = {}
    finished: dict[str, tuple[Finished, memoryview]] = {}
    boots: dict[str, str] = {}
    changed: list[Changed] = []
    shed: dict[str, int] = {}
    for frame, boot_id, worker, encoded in frames:
        match frame:
            case Opened():
                opened[frame.id] = (boot_id, frame)
            case Finished():
                finished[frame.id] = (frame, encoded)
                if frame.client_key is not None:
                    boots[frame.id] = boot_id
            case Changed():
                changed.append(frame)
            case Shed():
                writer = writer_name(boot_id, worker)
                shed[writer] = max(frame.records, shed.get(writer, 0))
            case Payload():
                pass  # of a directory of their own, read by `payload_ingest`
            case _:
                assert_never(frame)
    return Batch(
        opened=[entry for request_id, entry in opened.items() if request_id not in finished],
        finished=[price(frame, table, bytes(encoded), boots.get(frame.id, "")) for frame, encoded in finished.values()],
        changed=changed,
        shed=shed,
    )
