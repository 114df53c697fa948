"""Reads rollups: longer stretches for what is folded, and the newest minutes as ingest has written them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, select, true

from claudeflare.analytics.segments import ACCOUNT_MODEL, ALL, DIMENSIONS, EVERY, Segment
from claudeflare.analytics.stretches import MINUTE, Cells, Stretch, cells_of_points
from claudeflare.storage import rollup_queries
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_queries import Read
from claudeflare.storage.rollup_state import read_state
from claudeflare.storage.rollup_tables import rollups, segments
from claudeflare.storage.rollup_totals import Parts, Totals, no_parts


class Series(NamedTuple):
    """What the points of a chart need."""

    points: list[Totals]
    requests: dict[int, int]
    """How many began in each stretch, by its start."""


class RollupReader:
    """Answers of one moment. Stretches have a level that is kept as far back as they reach: see `minutes_from`."""

    def __init__(self, connection: Connection, named: dict[int, Segment]) -> None:
        """`named` remembers segments from one reader to the next: they never change."""
        self._connection = connection
        self._named = named
        self._state = read_state(connection)
        self._most: tuple[Choice, bool] | None = None
        self._few: dict[int, tuple[Choice, bool]] = {}

    @property
    def minutes_from(self) -> int:
        """From when on there are figures by the minute, in UTC epoch seconds."""
        return self._state.minutes_from

    @property
    def uncounted(self) -> tuple[float, float]:
        """From when to when requests are not counted yet; in UTC epoch seconds, and nothing when they are equal."""
        return self._state.uncounted

    def series(self, choice: Choice, stretches: Sequence[Stretch], edges: Sequence[int]) -> Series:
        """Of points that begin and end at `edges`, between which stretches lie."""
        points = [no_parts() for _ in edges[1:]]
        requests: defaultdict[int, int] = defaultdict(int)
        all_cells = cells_of_points(edges)
        # Mostly what is asked for is read for the points anyway.
        is_read = [cells.level for cells in all_cells] == [stretch.level for stretch in stretches]
        for cells in all_cells:
            self._add_cells(points, requests if is_read else defaultdict(int), cells, choice)
        for read in self._unfolded(Stretch(MINUTE, edges[0], edges[-1]), choice):
            for start, sums in self._sums(rollups.c.start, read):
                points[bisect_right(edges, start) - 1].add_sums(sums, 1)
                requests[start] += sums[0]
            for start, packed in self._histograms("start", read):
                points[bisect_right(edges, start) - 1].add_histogram(packed, 1)
        if not is_read:
            self._add_requests(requests, choice, stretches)
        return Series([each.total() for each in points], requests)

    def total(self, choice: Choice, stretches: Sequence[Stretch]) -> Totals:
        """All of it."""
        whole = no_parts()
        for read in self._reads(stretches, choice, (choice.kind,), (ALL,)):
            sign = read.stretch.sign
            for _, sums in self._sums(rollups.c.level, read):
                whole.add_sums(sums, sign)
            for _, packed in self._histograms("level", read):
                whole.add_histogram(packed, sign)
        return whole.total()

    def breakdown(self, choice: Choice, stretches: Sequence[Stretch]) -> dict[Segment, Totals]:
        """By segments of the kinds `DIMENSIONS`. With histograms only where the choice is of nothing but success."""
        found: defaultdict[Segment, Parts] = defaultdict(no_parts)
        targets: dict[int, list[Parts]] = {}

        def targets_of(number: int) -> list[Parts]:
            known = targets.get(number)
            if known is None:
                segment = self._segment(number)
                parts = segment.projections() if segment.kind == EVERY else (segment,)
                known = targets[number] = [found[each] for each in parts if each.kind in DIMENSIONS]
            return known

        is_open = choice.kind == ALL
        for read in self._reads(stretches, choice, DIMENSIONS if is_open else (EVERY,), DIMENSIONS):
            sign = read.stretch.sign
            for number, sums in self._sums(rollups.c.segment, read):
                for parts in targets_of(number):
                    parts.add_sums(sums, sign)
            if is_open:
                for number, packed in self._histograms("segment", read):
                    for parts in targets_of(number):
                        parts.add_histogram(packed, sign)
        totals = {segment: parts.total() for segment, parts in found.items()}
        return {segment: total for segment, total in totals.items() if total.sums[0]}

    def _add_cells(self, points: list[Parts], requests: defaultdict[int, int], cells: Cells, choice: Choice) -> None:
        level, shares = cells
        stretch = Stretch(level, min(shares), max(shares) + level)
        among = [] if len(shares) * level == stretch.end - stretch.start else [*shares]
        for read in self._folded(stretch, choice, (choice.kind,), (ALL,)):
            for start, sums in self._sums(rollups.c.start, read, among):
                requests[start] += sums[0] * read.stretch.sign
                for point, sign in shares[start]:
                    points[point].add_sums(sums, sign * read.stretch.sign)
            for start, packed in self._histograms("start", read, among):
                for point, sign in shares[start]:
                    points[point].add_histogram(packed, sign * read.stretch.sign)

    def _add_requests(self, requests: defaultdict[int, int], choice: Choice, stretches: Sequence[Stretch]) -> None:
        """Of what is folded."""
        for stretch in stretches:
            for read in self._folded(stretch, choice, (choice.kind,), (ALL,)):
                for start, number in rollup_queries.requests_by_start(self._connection, read):
                    requests[start] += number * read.stretch.sign

    def _reads(
        self, stretches: Sequence[Stretch], choice: Choice, kinds: tuple[int, ...], opened: tuple[int, ...]
    ) -> Iterator[Read]:
        for stretch in stretches:
            yield from self._folded(stretch, choice, kinds, opened)
            yield from self._unfolded(stretch, choice)

    def _folded(
        self, stretch: Stretch, choice: Choice, kinds: tuple[int, ...], opened: tuple[int, ...]
    ) -> Iterator[Read]:
        """Of these kinds; or all there is, of kinds `opened`, less what is not chosen, when most is."""
        level, start, end, sign = stretch
        last = min(end, self._state.folded_until) if level == MINUTE else end
        if kinds == (ACCOUNT_MODEL,) and start < min(last, self._state.paired_from):
            paired = int(min(last, self._state.paired_from))
            yield from self._folded(Stretch(level, start, paired, sign), choice, (EVERY,), opened)
            start = paired
        if start >= last:
            return
        folded = Stretch(level, start, last, sign)
        if self._is_most(choice):
            yield Read(folded, opened, choice.opened().conditions())
            yield Read(folded._replace(sign=-sign), kinds, choice.opposite())
        else:
            yield Read(folded, kinds, choice.conditions(), self._is_few(choice, kinds))

    def _unfolded(self, stretch: Stretch, choice: Choice) -> Iterator[Read]:
        """The newest minutes, which have one kind only."""
        start = max(stretch.start, self._state.folded_until)
        if start < stretch.end:
            yield Read(Stretch(MINUTE, start, stretch.end, stretch.sign), (EVERY,), choice.conditions())

    def _is_most(self, choice: Choice) -> bool:
        """Whether more is chosen than left out, by the number of segments."""
        if choice.kind in (ALL, EVERY):
            return False
        if self._most is None or self._most[0] is not choice:
            chosen = func.count(case((and_(true(), *choice.conditions()), 1)))
            of_kind = and_(segments.c.kind == choice.kind, *choice.opened().conditions())
            row = self._connection.execute(select(chosen, func.count()).where(of_kind)).one()
            self._most = choice, row[0] * 2 > row[1]
        return self._most[1]

    def _is_few(self, choice: Choice, kinds: tuple[int, ...]) -> bool:
        """Whether few segments are chosen of a kind that has many."""
        kind = kinds[0]
        if kind < EVERY:
            return False
        if kind not in self._few or self._few[kind][0] is not choice:
            few = rollup_queries.few_are_chosen(self._connection, kind, choice.conditions())
            self._few[kind] = choice, few
        return self._few[kind][1]

    def _sums(self, key: Any, read: Read, among: Sequence[int] = ()) -> Iterator[tuple[int, tuple[int, ...]]]:
        """`among` these starts, when there are any."""
        for row in rollup_queries.sums(self._connection, key, read, among):
            yield row[0], row[1:]

    def _histograms(self, key: str, read: Read, among: Sequence[int] = ()) -> list[tuple[Any, ...]]:
        return rollup_queries.histograms(self._connection, key, read, among)

    def _segment(self, number: int) -> Segment:
        if number not in self._named:
            self._named |= {row[0]: Segment(*row[1:]) for row in self._connection.execute(select(segments))}
        return self._named[number]
