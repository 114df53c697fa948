"""Long lists of ids, in pieces that fit into one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

IDS_PER_QUERY = 500
"""Below the number of parameters SQLite takes in one statement (999 in old builds)."""


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """All of them in order, at most `IDS_PER_QUERY` at a time."""
    for start in range(0, len(ids), IDS_PER_QUERY):
        yield ids[start : start + IDS_PER_QUERY]
