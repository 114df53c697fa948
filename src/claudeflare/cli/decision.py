"""A request's decision trace for people: who was considered, who was out and why, who was chosen, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from claudeflare.cli.output import QUIET, table
from claudeflare.formatting import UNKNOWN, epoch, until_when

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from claudeflare.cli.invocation import Invocation
    from claudeflare.client.resources import Json


def steps(trace: Sequence[Json], this: Invocation) -> Iterator[RenderableType]:
    """Each step as a sentence, a pick followed by its candidates."""
    from rich.padding import Padding

    for number, step in enumerate(trace, 1):
        yield f"{number}. {step['text']}"
        if step["pick"] and step["pick"]["candidates"]:
            yield Padding(_candidates(step["pick"]["candidates"], this), (0, 0, 0, 3))


def _candidates(candidates: Sequence[Json], this: Invocation) -> Table:
    grid = table("", "Account", "Score", "", right=("Score",))
    for candidate in candidates:
        score = candidate["score"]
        grid.add_row(
            "→" if candidate["chosen"] else "",
            candidate["account"],
            UNKNOWN if score is None else f"{score:.2f}",
            "chosen" if candidate["chosen"] else _out(candidate, this),
            style=None if candidate["chosen"] else QUIET,
        )
    return grid


def _out(candidate: Json, this: Invocation) -> str:
    if not candidate["out"]:
        return "available"
    end = epoch(candidate["until"])
    return str(candidate["out"]) + ("" if end is None else f", {until_when(end, this.clock(), this.zone)}")
