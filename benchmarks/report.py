"""What a run of the benchmark has found, for people and for programs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from busy import Busy
from compare import Row
from setups import SETUPS
from table import Column, lay_out
from watched import Watched


@dataclass(frozen=True)
class Result:
    """One test of the product. `gateway` is the data plane alone; the rest adds what recording cost."""

    gateway: Row
    whole_cost: float
    """Gateway, control and supervisor, in the row's unit, until the last record is in the database."""
    whole_cost_ratio: float
    record_us: float
    """CPU of control and supervisor for one record."""
    whole_rss_mb: float
    recorded: int
    setup: str = "plain"


@dataclass(frozen=True)
class Recording:
    """Whether every answer left its record, and what it took on disk."""

    setup: str
    answered: int
    """Whole answers that clients got, warm-up included."""
    complete: int
    """Records of whole answers."""
    record_bytes: float
    """On disk for each."""
    payload_bytes: float
    """The same of its bodies. The load repeats a few: real ones share less."""
    problems: list[str]
    """What the server logged as warnings or errors."""


@dataclass(frozen=True)
class Report:
    """All there is to print."""

    results: list[Result]
    recordings: list[Recording]
    busy: Busy | None
    watched: Watched | None = None

    @property
    def good(self) -> bool:
        """Whether every answer was right and recorded."""
        return all(each.answered == each.complete for each in self.recordings) and not any(
            each.gateway.errors for each in self.results
        )


COST, RATE, DELAY, MEMORY = "CPU µs a request or event (idle: MB)", "requests or events /s", "µs added", "RSS, MB"
COLUMNS = (
    Column("", "setup", 8), Column("", "test", 9),
    Column(COST, "nginx", 7, 2), Column(COST, "gateway", 8, 2), Column(COST, "ratio", 6, 2),
    Column(COST, "whole", 8, 2), Column(COST, "ratio", 6, 2),
    Column(RATE, "nginx", 8), Column(RATE, "gateway", 8), Column(RATE, "ratio", 6, 2),
    Column(DELAY, "p50", 7), Column(DELAY, "p99", 7),
    Column(MEMORY, "nginx", 6), Column(MEMORY, "gateway", 8), Column(MEMORY, "whole", 6),
    Column("", "errors", 6),
)  # fmt: skip


def as_text(report: Report, nginx_version: str) -> str:
    """For people."""
    if report.watched and not report.results:
        return report.watched.as_text()
    lines = [table(report.results), "", f"Compared with {nginx_version}; ratio = Claudeflare / nginx.", ""]
    lines += [ratios(report.results), ""]
    record_us = statistics.median([each.record_us for each in report.results if each.setup == "plain"] or [0.0])
    lines.append(f"Writing one record costs control {record_us:.0f} µs of CPU (median of the tests, plain).")
    for each in report.recordings:
        lines.append(
            f"{each.setup}: {each.answered} whole answers, {each.complete} records of whole answers;"
            f" {each.record_bytes:.0f} bytes on disk a record, {each.payload_bytes:.0f} for its bodies."
        )
        if each.problems:
            lines.append(f"The server logged {len(each.problems)} lines of trouble, the first: {each.problems[0]}")
    lines += [f"{each.gateway.test}: {each.gateway.message}" for each in report.results if each.gateway.message]
    if report.busy:
        lines += ["", report.busy.as_text()]
    if report.watched:
        lines.append(report.watched.as_text())
    return "\n".join(lines)


def ratios(results: list[Result]) -> str:
    """CPU as a multiple of nginx's, one line a test and one column a setup."""
    setups = [name for name in SETUPS if any(each.setup == name for each in results)]
    by_test: dict[str, dict[str, Result]] = {}
    for each in results:
        by_test.setdefault(each.gateway.test, {})[each.setup] = each
    columns = [Column("", "CPU / nginx (idle: MB)", 22)]
    columns += [Column(group, name, 9, 2) for group in ("gateway", "whole product") for name in setups]
    rows: list[list[str | float]] = []
    for test, found in by_test.items():
        both = [found.get(name) for name in setups]
        gateway: list[str | float] = [each.gateway.cost_ratio if each else "-" for each in both]
        rows.append([test, *gateway, *[each.whole_cost_ratio if each else "-" for each in both]])
    return lay_out(columns, rows)


def table(results: list[Result]) -> str:
    """One line a test."""
    rows: list[list[str | float]] = []
    for result in results:
        row = result.gateway
        delays = ("-", "-") if row.unit == "rss_mb" else (row.p50_added, row.p99_added)
        cost = (row.nginx_cost, row.cost, row.cost_ratio, result.whole_cost, result.whole_cost_ratio)
        throughput = (row.nginx_throughput, row.throughput, row.throughput_ratio)
        memory = (row.nginx_rss_mb, row.rss_mb, result.whole_rss_mb)
        rows.append([result.setup, row.test, *cost, *throughput, *delays, *memory, row.errors])
    return lay_out(COLUMNS, rows)
