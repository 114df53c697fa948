"""Frames as read -> what to write of them, each request once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from claudeflare.ingest.priced import price
from claudeflare.ingest.pricing import PriceTable
from claudeflare.journal.records import Changed, Finished, Opened, Shed
from claudeflare.journal.segment_reader import ReadFrame
from claudeflare.storage.records import PricedRequest


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's worth."""

    opened: list[tuple[str, Opened]] = field(default_factory=list)
    """(boot id, frame) of requests that have not finished."""
    finished: list[PricedRequest] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    shed: int = 0
    """Records the gateways had to drop."""


def collect(frames: Iterable[ReadFrame], table: PriceTable) -> Batch:
    """Sort frames by kind. The last finished frame of a request wins, and opened ones yield to it."""
    opened: dict[str, tuple[str, Opened]] = {}
    finished: dict[str, Finished] = {}
    changed: list[Changed] = []
    shed = 0
    for frame, boot_id, _ in frames:
        match frame:
            case Opened():
                opened[frame.id] = (boot_id, frame)
            case Finished():
                finished[frame.id] = frame
            case Changed():
                changed.append(frame)
            case Shed():
                shed += frame.records
            case _:
                assert_never(frame)
    return Batch(
        opened=[entry for request_id, entry in opened.items() if request_id not in finished],
        finished=[price(frame, table) for frame in finished.values()],
        changed=changed,
        shed=shed,
    )
