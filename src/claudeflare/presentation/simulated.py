"""What a simulation found: strategies beside one another, and which of two is better. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from claudeflare.client.simulation import Simulated, SimulatedStrategy
from claudeflare.formatting import UNKNOWN, compact, count_of, money, percent
from claudeflare.presentation.tables import HEADING, QUIET, table

if TYPE_CHECKING:
    from rich.table import Table

Verdict = Literal["better", "worse", "same", "unknown"]


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} s"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure by which strategies are compared."""

    heading: str
    """Above a column, in two lines."""
    label: str
    """Beside a row, and in a sentence."""
    value: Callable[[SimulatedStrategy], float | None]
    shown: Callable[[float | None], str]
    noise: float = 0.0
    """Differences below this share of the other figure mean nothing."""
    more_is_better: bool = False


MEASURES: Final = (
    Measure("Clients'\n429", "Clients' 429", lambda each: each["clientRateLimits"], compact),
    Measure("API's\n429", "API's 429", lambda each: each["upstreamRateLimits"], compact, 0.02),
    Measure("Wait\np50", "Wait p50", lambda each: each["waitP50Seconds"], _seconds, 0.05),
    Measure("\np99", "Wait p99", lambda each: each["waitP99Seconds"], _seconds, 0.05),
    Measure("\nlongest", "Longest wait", lambda each: each["waitMaxSeconds"], _seconds, 0.05),
    Measure("Cache\nkept", "Cache kept", lambda each: each["cacheKept"], percent, 0.005, more_is_better=True),
    Measure("\nCost", "Cost", lambda each: each["costUsd"], money, 0.005),
    Measure("\nMoves", "Moves", lambda each: each["moves"], compact, 0.02),
)


def found_words(found: Simulated) -> str:
    """`1,204 requests since …; 3 records left out`."""
    left_out = f"; {count_of(found['leftOut'], 'record')} left out" if found["leftOut"] else ""
    return f"{count_of(found['requests'], 'request')} since {found['since']}{left_out}"


def strategies_table(strategies: Sequence[SimulatedStrategy]) -> Table:
    """A line for each strategy, the one in force first. Two lines of heading: the whole must fit into 80 columns."""
    headings = [measure.heading for measure in MEASURES]
    grid = table("\nStrategy", *headings, right=("\nStrategy", *headings))
    grid.columns[0].justify = "left"
    for number, each in enumerate(strategies):
        mark = "  " if number else "→ "
        grid.add_row(mark + each["strategy"], *(measure.shown(measure.value(each)) for measure in MEASURES))
    return grid


def comparison_table(current: SimulatedStrategy, candidate: SimulatedStrategy) -> Table:
    """A line for each measure, and for the share of each account: as it is, as it would be, and what is better."""
    now, then = f"{current['strategy']} (now)", candidate["strategy"]
    grid = table("", now, then, " ", right=(now, then))
    for measure in MEASURES:
        word = verdict(measure, candidate, current)
        mark = {"better": "▲ better", "worse": "▼ worse"}.get(word, "")
        grid.add_row(
            measure.label,
            measure.shown(measure.value(current)),
            measure.shown(measure.value(candidate)),
            mark,
            style=HEADING if mark else "",
        )
    shares = {each["name"]: each["share"] for each in candidate["accounts"]}
    for each in current["accounts"]:
        grid.add_row(
            f"Tokens on {each['name']}", percent(each["share"]), percent(shares.get(each["name"])), "", style=QUIET
        )
    return grid


def verdict(measure: Measure, candidate: SimulatedStrategy, current: SimulatedStrategy) -> Verdict:
    """How one strategy does against another in one measure."""
    now, before = measure.value(candidate), measure.value(current)
    if now is None or before is None:
        return "unknown"
    if abs(now - before) <= measure.noise * abs(before):
        return "same"
    return "better" if (now > before) == measure.more_is_better else "worse"


def summary(candidate: SimulatedStrategy, current: SimulatedStrategy) -> str:
    """One sentence: what a change would bring."""
    parts = [
        f"{word} in {_listed([measure.label for measure in MEASURES if verdict(measure, candidate, current) == word])}"
        for word in _words(candidate, current)
    ]
    if not parts:
        return f"{candidate['strategy']} would have done the same."
    return f"{candidate['strategy']} would have been {', '.join(parts)}."


def _words(candidate: SimulatedStrategy, current: SimulatedStrategy) -> Iterator[Verdict]:
    found = {verdict(measure, candidate, current) for measure in MEASURES}
    words: tuple[Verdict, ...] = ("better", "worse")
    yield from (word for word in words if word in found)


def _listed(labels: Sequence[str]) -> str:
    words = [label if label.startswith("API") else label[0].lower() + label[1:] for label in labels]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
