"""The figures of one run, as a table for people."""

from __future__ import annotations

import io

import msgspec
from measure import Row
from rich.console import Console
from rich.table import Table


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """Everything one run found."""

    seed: int
    requests: int
    minutes: float
    rows: list[Row]
    usable: dict[str, float | None]
    """Way -> share of the pool's input tokens per minute in use when the first client was limited."""


COLUMNS = (
    "load",
    "way",
    "clients' 429",
    "API's 429 / 1000",
    "cache kept",
    "wait p99, s",
    "longest, s",
    "moves",
    "cost",
)


def cells(row: Row) -> tuple[str, ...]:
    """One line."""
    return (
        f"{row.load:.0%}",
        row.way,
        f"{row.client_limits:,}",
        f"{row.upstream_limits_per_thousand:.1f}",
        f"{row.cache_kept:.1%}",
        f"{row.wait_p99:.1f}",
        f"{row.wait_max:.1f}",
        f"{row.moves:,}",
        f"{row.cost:.2f}",
    )


def as_text(report: Report) -> str:
    """The table."""
    table = Table(*COLUMNS[:2])
    for name in COLUMNS[2:]:
        table.add_column(name, justify="right")
    last = None
    for row in report.rows:
        if last not in (None, row.load):
            table.add_section()
        last = row.load
        table.add_row(*cells(row), style="bold" if row.product else None)
    rising = Table("way", "used when the first client is limited")
    for way, share in report.usable.items():
        rising.add_row(way, "no client was limited" if share is None else f"{share:.1%}")
    console = Console(file=io.StringIO(), width=120)
    console.print(table, rising)
    return console.file.getvalue()  # type: ignore[attr-defined]
