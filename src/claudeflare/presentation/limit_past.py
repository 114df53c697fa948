"""How far a limit was used over the last hours, in one line of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from claudeflare.presentation.canvas import EIGHTHS

if TYPE_CHECKING:
    from claudeflare.client.resources import Gauge, Json

Past = Mapping[tuple[str, str, str | None], Sequence[float | None]]
"""Kind, name and class of models of a limit -> the highest share of each step, oldest first; None: nothing was read."""

NOTHING_READ: Final = "·"


def past_of(history: Json) -> Past:
    """The lines of `/api/accounts/{account}/limits`."""
    return {(line["kind"], line["name"], line["modelClass"]): line["highest"] for line in history["limits"]}


def past_line(gauge: Gauge, past: Past, cells: int) -> str | None:
    """`··▁▁▂▄▇█▁ highest 98%`; None where it was never read."""
    values = past.get((gauge["kind"], gauge["name"], gauge["modelClass"]), ())
    read = [value for value in values if value is not None]
    if not read:
        return None
    return f"{blocks(values, cells)}  highest {max(read):.0%}"


def blocks(values: Sequence[float | None], cells: int) -> str:
    """Shares as blocks, at most so many: each shows the highest of its steps."""
    count = min(cells, len(values))
    edges = [column * len(values) // count for column in range(count + 1)]
    return "".join(_block(values[start:end]) for start, end in pairwise(edges))


def _block(values: Sequence[Any]) -> str:
    read = [value for value in values if value is not None]
    # Unused is not the same as unknown: it stands on the ground.
    return EIGHTHS[min(8, max(1, round(max(read) * 8)))] if read else NOTHING_READ
