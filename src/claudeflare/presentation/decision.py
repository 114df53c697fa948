"""A request's decision trace for people: who was considered, who was out and why, who was chosen, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from claudeflare.formatting import UNKNOWN, epoch, until_when
from claudeflare.presentation.policies import DOES
from claudeflare.presentation.tables import QUIET, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from claudeflare.client.resources import Json


def steps(trace: Sequence[Json], now: float, zone: tzinfo | None) -> Iterator[RenderableType]:
    """Each step as a sentence, a pick followed by its candidates."""
    from rich.padding import Padding

    for number, step in enumerate(trace, 1):
        yield f"{number}. {step['text']}"
        if step["pick"] and step["pick"]["candidates"]:
            yield Padding(_candidates(step["pick"]["candidates"], now, zone), (0, 0, 0, 3))


def policy_words(policy: str | None) -> str | None:
    """`session: A conversation stays on …`; None when no policy was asked."""
    if policy is None:
        return None
    return f"{policy}: {DOES[policy]}" if policy in DOES else policy


def _candidates(candidates: Sequence[Json], now: float, zone: tzinfo | None) -> Table:
    grid = table("", "Account", "Score", "", right=("Score",))
    for candidate in candidates:
        score = candidate["score"]
        grid.add_row(
            "→" if candidate["chosen"] else "",
            candidate["account"],
            UNKNOWN if score is None else f"{score:.2f}",
            "chosen" if candidate["chosen"] else _out(candidate, now, zone),
            style=None if candidate["chosen"] else QUIET,
        )
    return grid


def _out(candidate: Json, now: float, zone: tzinfo | None) -> str:
    if not candidate["out"]:
        return "available"
    end = epoch(candidate["until"])
    return str(candidate["out"]) + ("" if end is None else f", {until_when(end, now, zone)}")
