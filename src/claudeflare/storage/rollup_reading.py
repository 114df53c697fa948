"""Reads rollups: longer stretches for what is folded, and the newest minutes as ingest has written them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import add
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, cast, func, select

from claudeflare.analytics.histogram import Tally, add_packed, add_tally
from claudeflare.analytics.segments import ALL, DIMENSIONS, EVERY, Segment
from claudeflare.analytics.stretches import MINUTE, Stretch
from claudeflare.storage.rollup_cells import SUMS
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_state import read_state
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments

_SUMMED: Final = tuple(cast(func.sum(rollups.c[name]), BigInteger) for name in SUMS)

Where = list[ColumnElement[bool]]


class Totals(NamedTuple):
    """What some requests add up to. Both are changed in place."""

    sums: list[int]
    """In the order of `SUMS`."""
    tally: Tally
    """Empty where no histogram was read."""


def no_totals() -> Totals:
    """Of no request."""
    return Totals([0] * len(SUMS), [])


def add_totals(whole: Totals, totals: Totals) -> None:
    """Add to `whole`."""
    whole.sums[:] = map(add, whole.sums, totals.sums)
    add_tally(whole.tally, totals.tally)


Targets = Callable[[int], list[Totals]]
"""What a start, or a segment's id, is to be added to."""


class RollupReader:
    """Answers of one moment. Stretches have a level that is kept as far back as they reach: see `minutes_from`."""

    def __init__(self, connection: Connection, named: dict[int, Segment]) -> None:
        """`named` remembers segments from one reader to the next: they never change."""
        self._connection = connection
        self._named = named
        self._state = read_state(connection)

    @property
    def minutes_from(self) -> int:
        """From when on there are figures by the minute, in UTC epoch seconds."""
        return self._state.minutes_from

    @property
    def uncounted(self) -> tuple[float, float]:
        """From when to when requests are not counted yet; in UTC epoch seconds, and nothing when they are equal."""
        return self._state.uncounted

    def series(self, choice: Choice, stretches: Sequence[Stretch], edges: Sequence[int]) -> dict[int, Totals]:
        """Totals by start, as finely as the stretches' levels, the newest by the minute.

        Histograms are for longer times: those of all starts from one of `edges` up to the next are with one of them.
        """
        found: dict[int, Totals] = {}
        firsts: dict[int, Totals] = {}

        def totals_of(start: int) -> list[Totals]:
            return [found.setdefault(start, no_totals())]

        def first_of(start: int) -> list[Totals]:
            return [firsts.setdefault(bisect_right(edges, start), found[start])]

        for stretch, kinds in self._parts(stretches, (choice.kind,)):
            self._add_sums(totals_of, rollups.c.start, _within(rollups, stretch, kinds, choice))
            self._add_tallies(first_of, rollup_latencies.c.start, _within(rollup_latencies, stretch, kinds, choice))
        return found

    def total(self, choice: Choice, stretches: Sequence[Stretch]) -> Totals:
        """All of it."""
        whole = no_totals()
        for totals in self.series(choice, stretches, ()).values():
            add_totals(whole, totals)
        return whole

    def breakdown(self, choice: Choice, stretches: Sequence[Stretch]) -> dict[Segment, Totals]:
        """By segments of the kinds `DIMENSIONS`. With histograms only where the choice is of nothing but success."""
        found: dict[Segment, Totals] = {}
        targets: dict[int, list[Totals]] = {}

        def targets_of(number: int) -> list[Totals]:
            known = targets.get(number)
            if known is None:
                segment = self._segment(number)
                parts = segment.projections() if segment.kind == EVERY else (segment,)
                known = [found.setdefault(each, no_totals()) for each in parts if each.kind in DIMENSIONS]
                targets[number] = known
            return known

        is_open = choice.kind == ALL
        for stretch, kinds in self._parts(stretches, DIMENSIONS if is_open else (EVERY,)):
            self._add_sums(targets_of, rollups.c.segment, _within(rollups, stretch, kinds, choice))
            if is_open:
                where = _within(rollup_latencies, stretch, kinds, choice)
                self._add_tallies(targets_of, rollup_latencies.c.segment, where)
        return found

    def _parts(self, stretches: Sequence[Stretch], kinds: tuple[int, ...]) -> Iterator[tuple[Stretch, tuple[int, ...]]]:
        """What to read: the stretches themselves by these kinds, and the newest minutes, which have one kind only."""
        folded = self._state.folded_until
        for level, start, end in stretches:
            last = min(end, folded) if level == MINUTE else end
            if start < last:
                yield Stretch(level, start, last), kinds
            if end > max(start, folded):
                yield Stretch(MINUTE, max(start, folded), end), (EVERY,)

    def _add_sums(self, targets_of: Targets, key: Any, where: Where) -> None:
        statement = select(key, *_SUMMED).where(*where).group_by(key)
        for at, *sums in self._connection.execute(statement):
            for totals in targets_of(at):
                totals.sums[:] = map(add, totals.sums, sums)

    def _add_tallies(self, targets_of: Targets, key: Any, where: Where) -> None:
        for at, bins in self._connection.execute(select(key, rollup_latencies.c.bins).where(*where)):
            for totals in targets_of(at):
                add_packed(totals.tally, bins)

    def _segment(self, number: int) -> Segment:
        if number not in self._named:
            self._named |= {row[0]: Segment(*row[1:]) for row in self._connection.execute(select(segments))}
        return self._named[number]


def _within(table: Table[Any], stretch: Stretch, kinds: Iterable[int], choice: Choice) -> Where:
    c, asked = table.c, tuple(kinds)
    found = [c.level == stretch.level, c.start >= stretch.start, c.start < stretch.end]
    found.append(c.kind == asked[0] if len(asked) == 1 else c.kind.in_(asked))
    conditions = choice.conditions()
    if conditions:
        # Of the kinds alone that are read: segments are few, and fewer of one kind.
        found.append(c.segment.in_(select(segments.c.id).where(segments.c.kind.in_(asked), *conditions)))
    return found
