"""Adds up what is read of rollups. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from claudeflare.analytics.histogram import Tally, added_up, summed
from claudeflare.storage.rollup_cells import SUMS


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


class Parts(NamedTuple):
    """What is to be added up: at once, because one by one takes several times as long."""

    sums: list[Sequence[int]]
    packed: list[bytes]
    taken: list[bytes]
    """Histograms to be subtracted."""

    def add_sums(self, sums: Sequence[int], sign: int) -> None:
        self.sums.append(sums if sign > 0 else [-each for each in sums])

    def add_histogram(self, packed: bytes, sign: int) -> None:
        (self.packed if sign > 0 else self.taken).append(packed)

    def total(self) -> Totals:
        return Totals(_added(self.sums), added_up(self.packed, self.taken))


def no_parts() -> Parts:
    return Parts([], [], [])


def _added(rows: Sequence[Sequence[int]]) -> list[int]:
    return list(map(sum, zip(*rows, strict=True))) if rows else [0] * len(SUMS)
