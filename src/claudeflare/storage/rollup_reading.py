"""Reads rollups: longer stretches for what is folded, and the newest minutes as ingest has written them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, cast, func, select

from claudeflare.analytics.histogram import Tally, added_up, summed
from claudeflare.analytics.segments import ALL, DIMENSIONS, EVERY, Segment
from claudeflare.analytics.stretches import MINUTE, Stretch
from claudeflare.storage.rollup_cells import SUMS
from claudeflare.storage.rollup_choice import Choice
from claudeflare.storage.rollup_state import read_state
from claudeflare.storage.rollup_tables import rollup_latencies, rollups, segments

_SUMMED: Final = tuple(cast(func.sum(rollups.c[name]), BigInteger) for name in SUMS)

Where = list[ColumnElement[bool]]


class Totals(NamedTuple):
    """What some requests add up to."""

    sums: list[int]
    """In the order of `SUMS`."""
    tally: Tally
    """Empty where no histogram was read."""


def no_totals() -> Totals:
    """Of no request."""
    return Totals([0] * len(SUMS), [])


def total_of(many: Collection[Totals]) -> Totals:
    """Of all together."""
    return Totals(_added([each.sums for each in many]), summed([each.tally for each in many if each.tally]))


class Series(NamedTuple):
    """What the points of a chart need."""

    points: list[Totals]
    requests: dict[int, int]
    """How many began in each stretch, by its start."""


class _Parts(NamedTuple):
    """What is to be added up: at once, because one by one takes several times as long."""

    sums: list[list[int]]
    packed: list[bytes]

    def total(self) -> Totals:
        return Totals(_added(self.sums), added_up(self.packed))


def _added(rows: Sequence[Sequence[int]]) -> list[int]:
    return list(map(sum, zip(*rows, strict=True))) if rows else [0] * len(SUMS)


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

    def series(
        self, choice: Choice, stretches: Sequence[Stretch], latencies: Sequence[Stretch], edges: Sequence[int]
    ) -> Series:
        """Of points that begin and end at `edges`, between which stretches lie; for histograms they may be longer."""
        points = [_Parts([], []) for _ in edges[1:]]
        requests: defaultdict[int, int] = defaultdict(int)
        for stretch, kinds in self._parts(stretches, (choice.kind,)):
            for start, sums in self._sums(rollups.c.start, stretch, kinds, choice):
                points[bisect_right(edges, start) - 1].sums.append(sums)
                requests[start] += sums[0]
        for stretch, kinds in self._parts(latencies, (choice.kind,)):
            for start, packed in self._histograms(rollup_latencies.c.start, stretch, kinds, choice):
                points[bisect_right(edges, start) - 1].packed.append(packed)
        return Series([each.total() for each in points], requests)

    def total(self, choice: Choice, stretches: Sequence[Stretch]) -> Totals:
        """All of it."""
        whole = _Parts([], [])
        for stretch, kinds in self._parts(stretches, (choice.kind,)):
            whole.sums.extend(sums for _, sums in self._sums(rollups.c.level, stretch, kinds, choice))
            found = self._histograms(rollup_latencies.c.level, stretch, kinds, choice)
            whole.packed.extend(packed for _, packed in found)
        return whole.total()

    def breakdown(self, choice: Choice, stretches: Sequence[Stretch]) -> dict[Segment, Totals]:
        """By segments of the kinds `DIMENSIONS`. With histograms only where the choice is of nothing but success."""
        found: defaultdict[Segment, _Parts] = defaultdict(lambda: _Parts([], []))
        targets: dict[int, list[_Parts]] = {}

        def targets_of(number: int) -> list[_Parts]:
            known = targets.get(number)
            if known is None:
                segment = self._segment(number)
                parts = segment.projections() if segment.kind == EVERY else (segment,)
                known = targets[number] = [found[each] for each in parts if each.kind in DIMENSIONS]
            return known

        is_open = choice.kind == ALL
        for stretch, kinds in self._parts(stretches, DIMENSIONS if is_open else (EVERY,)):
            for number, sums in self._sums(rollups.c.segment, stretch, kinds, choice):
                for parts in targets_of(number):
                    parts.sums.append(sums)
            if is_open:
                for number, packed in self._histograms(rollup_latencies.c.segment, stretch, kinds, choice):
                    for parts in targets_of(number):
                        parts.packed.append(packed)
        return {segment: parts.total() for segment, parts in found.items()}

    def _parts(self, stretches: Sequence[Stretch], kinds: tuple[int, ...]) -> Iterator[tuple[Stretch, tuple[int, ...]]]:
        """What to read: the stretches themselves by these kinds, and the newest minutes, which have one kind only."""
        folded = self._state.folded_until
        for level, start, end in stretches:
            last = min(end, folded) if level == MINUTE else end
            if start < last:
                yield Stretch(level, start, last), kinds
            if end > max(start, folded):
                yield Stretch(MINUTE, max(start, folded), end), (EVERY,)

    def _sums(self, key: Any, stretch: Stretch, kinds: tuple[int, ...], choice: Choice) -> list[tuple[int, list[int]]]:
        where = _within(rollups, stretch, kinds, choice)
        rows = self._connection.execute(select(key, *_SUMMED).where(*where).group_by(key)).all()
        return [(row[0], [*row[1:]]) for row in rows]

    def _histograms(
        self, key: Any, stretch: Stretch, kinds: tuple[int, ...], choice: Choice
    ) -> list[tuple[int, bytes]]:
        where = _within(rollup_latencies, stretch, kinds, choice)
        rows = self._connection.execute(select(key, rollup_latencies.c.bins).where(*where)).all()
        return [(row[0], row[1]) for row in rows]

    def _segment(self, number: int) -> Segment:
        if number not in self._named:
            self._named |= {row[0]: Segment(*row[1:]) for row in self._connection.execute(select(segments))}
        return self._named[number]


def _within(table: Table[Any], stretch: Stretch, kinds: Iterable[int], choice: Choice) -> Where:
    c, asked = table.c, tuple(kinds)
    conditions = choice.conditions()
    found = [c.level == stretch.level, c.start >= stretch.start, c.start < stretch.end]
    found.append(c.kind == asked[0] if len(asked) == 1 else c.kind.in_(asked))
    if conditions:
        # Of the kinds alone that are read: segments are few, and fewer of one kind.
        found.append(c.segment.in_(select(segments.c.id).where(segments.c.kind.in_(asked), *conditions)))
    return found
