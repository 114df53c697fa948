"""Where a request's time went: waiting, each attempt by phase, and Claudeflare's own part. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from claudeflare.client.resources import Json

QUEUED, PAUSE, CONNECT, FIRST_BYTE, FIRST_CONTENT, STREAM, OVERHEAD = (
    "queued",
    "pause",
    "connect",
    "first byte",
    "first content",
    "stream",
    "overhead",
)
PHASES: Final = {
    QUEUED: "waiting for an account",
    PAUSE: "pause before trying again",
    CONNECT: "connecting",
    FIRST_BYTE: "until the first byte",
    FIRST_CONTENT: "until the first content",
    STREAM: "until the end",
    OVERHEAD: "in Claudeflare",
}
"""Phase -> in words."""

_SHORTEST: Final = 0.001


class Segment(NamedTuple):
    """One phase; milliseconds after the request's start."""

    phase: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class TimingRow:
    """What waited, was tried, or is ours."""

    label: str
    note: str
    """How an attempt failed; empty when it served."""
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """The waterfall of one request."""

    total: float
    """Milliseconds."""
    rows: tuple[TimingRow, ...]


def timing_of(detail: Json) -> Timing:
    """From what `/api/requests/{id}` answers."""
    attempts = detail["attempts"]
    ends = [attempt["startedMs"] if attempt["endedMs"] is None else attempt["endedMs"] for attempt in attempts]
    total = max(detail["responseTimeMs"], *ends, _SHORTEST)
    waits, own = _between(detail, total)
    rows = [TimingRow("waiting", "", waits)] if waits else []
    rows += [_attempt_row(detail, number, total, last=number == len(attempts) - 1) for number in range(len(attempts))]
    if own:
        rows.append(TimingRow("Claudeflare", "", own))
    return Timing(total, tuple(rows))


def _attempt_row(detail: Json, number: int, total: float, *, last: bool) -> TimingRow:
    attempt = detail["attempts"][number]
    end = attempt["endedMs"]
    if end is None:
        end = total if last else attempt["startedMs"]
    first_content = detail["ttftMs"] if last and attempt["firstByteMs"] is not None else None
    marks = ((CONNECT, attempt["connectedMs"]), (FIRST_BYTE, attempt["firstByteMs"]), (FIRST_CONTENT, first_content))
    segments, start = [], attempt["startedMs"]
    for phase, at in marks:
        if at is not None and start <= at <= end:
            segments.append(Segment(phase, start, at))
            start = at
    if end > start:
        segments.append(Segment(_rest(attempt), start, end))
    failed = attempt["outcome"] != "served"
    words = (attempt["outcome"].replace("_", " "), attempt["status"])
    note = " ".join(str(word) for word in words if word) if failed else ""
    return TimingRow(attempt["account"] or f"attempt {number + 1}", note, tuple(segments))


def _rest(attempt: Json) -> str:
    """What an attempt was at when it ended."""
    if attempt["firstByteMs"] is not None:
        return STREAM
    return CONNECT if attempt["connectedMs"] is None else FIRST_BYTE


def _between(detail: Json, total: float) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """The times between attempts: as much of the longest as was queued for, pauses, and Claudeflare's own part."""
    waits: list[Segment] = []
    own: list[Segment] = []
    left = detail["queuedMs"]
    for start, end, pause in sorted(_gaps(detail, total), key=lambda gap: gap[0] - gap[1]):
        waited = min(left, end - start)
        left -= waited
        if waited > 0:
            waits.append(Segment(QUEUED, start, start + waited))
        if start + waited < end:
            (waits if pause else own).append(Segment(PAUSE if pause else OVERHEAD, start + waited, end))
    return tuple(sorted(waits, key=_start)), tuple(sorted(own, key=_start))


def _start(segment: Segment) -> float:
    return segment.start


def _gaps(detail: Json, total: float) -> Iterator[tuple[float, float, bool]]:
    """Start, end, and whether an attempt was to be repeated after it: then we wait on purpose."""
    covered, pause = 0.0, False
    for attempt in detail["attempts"]:
        if attempt["startedMs"] > covered:
            yield covered, attempt["startedMs"], pause
        covered = max(covered, total if attempt["endedMs"] is None else attempt["endedMs"])
        pause = attempt["nextStep"] == "retry"
    if covered < total:
        yield covered, total, False
