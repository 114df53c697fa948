"""One request in one line, for people who watch: when, who, which model, what came of it, how much, how fast."""

from __future__ import annotations

import re
from datetime import tzinfo

from claudeflare.formatting import UNKNOWN, clock, compact, duration
from claudeflare.simulator.seen import SeenRequest

NAME_WIDTH = 12
MODEL_WIDTH = 10
"""With these an ordinary line fits into 80 columns."""
_DATE = re.compile(r"-\d{8}$")


def request_line(seen: SeenRequest, zone: tzinfo | None) -> str:
    """`15:40:12  work  opus-5-5  200  1.2 k in (83 % cached)  85 out  60/s`; a zone of None is the reader's.

    What was wrong stands behind the status; at the end is the pace of a stream, or how long a whole answer took.
    """
    what = _DATE.sub("", (seen.model or seen.path.partition("?")[0]).removeprefix("claude-"))
    columns = [
        clock(seen.at, zone),
        f"{_cut(seen.account or UNKNOWN, NAME_WIDTH):<{NAME_WIDTH}}",
        f"{_cut(what, MODEL_WIDTH):<{MODEL_WIDTH}}",
        str(seen.status or "–––"),
        *_notes(seen),
        *_counts(seen),
    ]
    return "  ".join(columns).rstrip()


def failed(seen: SeenRequest) -> bool:
    """Whether its client got no whole answer."""
    return seen.status is None or seen.status >= 400 or seen.client_disconnected or _broken_off(seen)


def _notes(seen: SeenRequest) -> list[str]:
    notes = [name for name in seen.faults if name != str(seen.status)]
    for entry in seen.input_transformations:
        note = f"{entry.type.replace('_', ' ')}: {entry.reason.partition('_')[0]}"
        if note not in notes:
            notes.append(note)
    if seen.client_disconnected:
        notes.append("client left")
    return [", ".join(notes)] if notes else []


def _counts(seen: SeenRequest) -> list[str]:
    if seen.input_tokens is None or seen.output_tokens is None or seen.ended_at is None:
        return []
    share = round(100 * seen.cached_tokens / seen.input_tokens) if seen.input_tokens else 0
    cached = f" ({share} % cached)" if seen.cached_tokens else ""
    counts = [f"{compact(seen.input_tokens)} in{cached}", f"{compact(seen.output_tokens)} out"]
    generating = seen.ended_at - (seen.begun_at or seen.at)
    if failed(seen):
        return counts
    # A whole answer is sent when it is ready: only a stream shows its pace.
    if seen.streaming and generating > 0.05:
        return [*counts, f"{compact(seen.output_tokens / generating)}/s"]
    return [*counts, duration(seen.ended_at - seen.at)]


def _broken_off(seen: SeenRequest) -> bool:
    return any(name in seen.faults for name in ("abort-mid-stream", "error-mid-stream", "529-first-event"))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
