"""Reads rollups: longer stretches for what is folded, and the newest minutes as ingest has written them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, and_, case, cast, func, select, true

from claudeflare.analytics.segments import ALL, DIMENSIONS, EVERY, Segment
from claudeflare.analytics.stretches import MINUTE, Cells, Stretch, cells_of_points
from claudeflare.storage.rollup_cells import SUMS
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_state import read_state
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments
from claudeflare.storage.rollup_totals import Parts, Totals, no_parts

_SUMMED: Final = tuple(cast(func.sum(rollups.c[name]), BigInteger) for name in SUMS)

Where = list[ColumnElement[bool]]


class Series(NamedTuple):
    """What the points of a chart need."""

    points: list[Totals]
    requests: dict[int, int]
    """How many began in each stretch, by its start."""


class _Read(NamedTuple):
    """Cells to be read."""

    stretch: Stretch
    kinds: tuple[int, ...]
    conditions: Where
    """On segments."""

    def within(self, table: Table[Any]) -> Where:
        c, (level, start, end, _), kinds = table.c, self.stretch, self.kinds
        found = [c.level == level, c.start >= start, c.start < end]
        found.append(c.kind == kinds[0] if len(kinds) == 1 else c.kind.in_(kinds))
        if self.conditions:
            # Of the kinds alone that are read: segments are few, and fewer of one kind.
            found.append(c.segment.in_(select(segments.c.id).where(segments.c.kind.in_(kinds), *self.conditions)))
        return found


class RollupReader:
    """Answers of one moment. Stretches have a level that is kept as far back as they reach: see `minutes_from`."""

    def __init__(self, connection: Connection, named: dict[int, Segment]) -> None:
        """`named` remembers segments from one reader to the next: they never change."""
        self._connection = connection
        self._named = named
        self._state = read_state(connection)
        self._most: tuple[Choice, bool] | None = None

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
            for start, packed in self._histograms(rollup_latencies.c.start, read):
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
            for _, packed in self._histograms(rollup_latencies.c.level, read):
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
                for number, packed in self._histograms(rollup_latencies.c.segment, read):
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
            for start, packed in self._histograms(rollup_latencies.c.start, read, among):
                for point, sign in shares[start]:
                    points[point].add_histogram(packed, sign * read.stretch.sign)

    def _add_requests(self, requests: defaultdict[int, int], choice: Choice, stretches: Sequence[Stretch]) -> None:
        """Of what is folded."""
        c = rollups.c
        for stretch in stretches:
            for read in self._folded(stretch, choice, (choice.kind,), (ALL,)):
                query = select(c.start, cast(func.sum(c.requests), BigInteger)).where(*read.within(rollups))
                for start, number in self._connection.execute(query.group_by(c.start)).all():
                    requests[start] += number * read.stretch.sign

    def _reads(
        self, stretches: Sequence[Stretch], choice: Choice, kinds: tuple[int, ...], opened: tuple[int, ...]
    ) -> Iterator[_Read]:
        for stretch in stretches:
            yield from self._folded(stretch, choice, kinds, opened)
            yield from self._unfolded(stretch, choice)

    def _folded(
        self, stretch: Stretch, choice: Choice, kinds: tuple[int, ...], opened: tuple[int, ...]
    ) -> Iterator[_Read]:
        """Of these kinds; or all there is, of kinds `opened`, less what is not chosen, when most is."""
        level, start, end, sign = stretch
        last = min(end, self._state.folded_until) if level == MINUTE else end
        if start >= last:
            return
        folded = Stretch(level, start, last, sign)
        if self._is_most(choice):
            yield _Read(folded, opened, choice.opened().conditions())
            yield _Read(folded._replace(sign=-sign), kinds, choice.opposite())
        else:
            yield _Read(folded, kinds, choice.conditions())

    def _unfolded(self, stretch: Stretch, choice: Choice) -> Iterator[_Read]:
        """The newest minutes, which have one kind only."""
        start = max(stretch.start, self._state.folded_until)
        if start < stretch.end:
            yield _Read(Stretch(MINUTE, start, stretch.end, stretch.sign), (EVERY,), choice.conditions())

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

    def _sums(self, key: Any, read: _Read, among: Sequence[int] = ()) -> list[tuple[int, list[int]]]:
        """`among` these starts, when there are any."""
        where = [*read.within(rollups), *([rollups.c.start.in_(among)] if among else [])]
        query = select(key, *_SUMMED).where(*where).group_by(key)
        return [(row[0], [*row[1:]]) for row in self._connection.execute(query).all()]

    def _histograms(self, key: Any, read: _Read, among: Sequence[int] = ()) -> list[tuple[int, bytes]]:
        c = rollup_latencies.c
        where = [*read.within(rollup_latencies), *([c.start.in_(among)] if among else [])]
        return [(row[0], row[1]) for row in self._connection.execute(select(key, c.bins).where(*where)).all()]

    def _segment(self, number: int) -> Segment:
        if number not in self._named:
            self._named |= {row[0]: Segment(*row[1:]) for row in self._connection.execute(select(segments))}
        return self._named[number]
