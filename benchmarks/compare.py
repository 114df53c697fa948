#!/usr/bin/env python3
"""Compare a proxy with nginx, side by side: both alive on core 0, the load generator on core 1, runs alternating.

    python benchmarks/compare.py --port 8080 --pid PID[,PID…] [--tests json1,json64,…] [--pairs 3] [--json]

The proxy must run already, pinned to core 0 (`taskset -c 0 …`), with http://127.0.0.1:9001 as its upstream and one
account. `--pid` names the processes whose CPU and memory count. For Claudeflare itself, `run.py` does all of that.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from load import Load, LoadFailed, Measurement, build
from nginx import Nginx, NginxMissing
from table import Column, lay_out

STOLEN_LIMIT = 0.25
"""Pairs in which the hypervisor took more of core 0 than this are dropped, unless all did."""
PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Test:
    """One kind of load and the figures that count in it."""

    name: str
    arguments: tuple[str, ...]
    what: str
    cost: str = "cpu_us_per_request"
    throughput: str = "requests_per_second"
    delay: str = "latency"


TESTS = {
    test.name: test
    for test in (
        Test("idle1000", ("-H", "-c", "1000", "-W", "2.5", "-d", ".3"), "1000 open streams, silent", "rss_mb", "open"),
        Test("json1", ("-c", "1", "-W", ".3", "-d", ".8"), "20 kB in, 2 kB out, one connection"),
        Test("json16", ("-c", "16", "-W", ".3", "-d", "1"), "the same, 16 connections"),
        Test("json64", ("-c", "64", "-W", ".3", "-d", "1"), "the same, 64 connections"),
        Test("fixed200", ("-c", "64", "-R", "200", "-W", ".4", "-d", "1.5"), "the same, 200 requests a second"),
        Test("big700k", ("-c", "4", "-b", "700000", "-W", ".5", "-d", "1.5"), "700 kB in, 2 kB out, 4 connections"),
        *(
            Test(f"sse{streams}", ("-s", "-c", str(streams), "-W", warm_up, "-d", "1.2"),
                 f"{streams} streams of 105 events", "cpu_us_per_event", "events_per_second", "event")
            for streams, warm_up in ((50, ".6"), (200, ".7"), (1000, "1.8"))
        ),
    )
}  # fmt: skip
DEFAULT_TESTS = "idle1000,json1,json16,json64,fixed200,big700k,sse50,sse200"


@dataclass(frozen=True)
class Subject:
    """The proxy under test."""

    port: int
    pids: Sequence[int]
    settle: Callable[[Measurement], None] = lambda _: None
    """Called after each of its runs, outside the measured time: let it end what it does in the background."""


@dataclass(frozen=True)
class Row:
    """One test's outcome. Medians over the pairs, delays in microseconds; `*_ratio` is proxy / nginx."""

    test: str
    pairs: int
    unit: str
    nginx_cost: float
    cost: float
    cost_ratio: float
    nginx_throughput: float
    throughput: float
    throughput_ratio: float
    p50_added: float
    p99_added: float
    nginx_rss_mb: float
    rss_mb: float
    errors: int
    nginx_errors: int
    message: str


def compare(subject: Subject, nginx: Nginx, load: Load, test: Test, pairs: int) -> Row:
    """Run one test in adjacent pairs, nginx first, and take the medians."""
    measured = []
    for _ in range(pairs):
        theirs = load.run(nginx.port, nginx.pids, test.arguments)
        time.sleep(PAUSE_SECONDS)
        ours = load.run(subject.port, subject.pids, test.arguments)
        subject.settle(ours)
        time.sleep(PAUSE_SECONDS)
        measured.append((theirs, ours))
    return _row(test, measured)


def _row(test: Test, measured: list[tuple[Measurement, Measurement]]) -> Row:
    clean = [pair for pair in measured if pair[0]["stolen_share"] + pair[1]["stolen_share"] < STOLEN_LIMIT] or measured

    def median(side: int, figure: str) -> float:
        return statistics.median(pair[side][figure] for pair in clean)

    def ratio(figure: str) -> float:
        return round(statistics.median(pair[1][figure] / max(pair[0][figure], 1e-9) for pair in clean), 3)

    def added(percentile: str) -> float:
        figure = f"{test.delay}_{percentile}_us"
        return round(statistics.median(pair[1][figure] - pair[0][figure] for pair in clean), 1)

    return Row(
        test=test.name,
        pairs=len(clean),
        unit=test.cost,
        nginx_cost=median(0, test.cost),
        cost=median(1, test.cost),
        cost_ratio=ratio(test.cost),
        nginx_throughput=median(0, test.throughput),
        throughput=median(1, test.throughput),
        throughput_ratio=ratio(test.throughput),
        p50_added=added("p50"),
        p99_added=added("p99"),
        nginx_rss_mb=median(0, "rss_mb"),
        rss_mb=median(1, "rss_mb"),
        errors=sum(ours.failures for _, ours in measured),
        nginx_errors=sum(theirs.failures for theirs, _ in measured),
        message=next((ours.message for _, ours in measured if ours.failures), ""),
    )


def chosen_tests(names: str) -> list[Test]:
    """The tests of a comma-separated list; SystemExit names those there are."""
    unknown = [name for name in names.split(",") if name not in TESTS]
    if unknown:
        raise SystemExit(f"there is no test {', '.join(unknown)}; choose among {', '.join(TESTS)}")
    return [TESTS[name] for name in names.split(",")]


COST, RATE, DELAY, MEMORY = "CPU µs a request or event", "requests or events /s", "µs added", "RSS, MB"
COLUMNS = (
    Column("", "test", 9),
    Column(COST, "nginx", 8, 2), Column(COST, "proxy", 8, 2), Column(COST, "ratio", 8, 2),
    Column(RATE, "nginx", 8), Column(RATE, "proxy", 8), Column(RATE, "ratio", 6, 2),
    Column(DELAY, "p50", 7), Column(DELAY, "p99", 7),
    Column(MEMORY, "nginx", 6), Column(MEMORY, "proxy", 6),
    Column("", "errors", 6),
)  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines: list[list[str | float]] = []
    for row in rows:
        cost = (row.nginx_cost, row.cost, row.cost_ratio)
        throughput = (row.nginx_throughput, row.throughput, row.throughput_ratio)
        memory = (row.nginx_rss_mb, row.rss_mb)
        lines.append([row.test, *cost, *throughput, row.p50_added, row.p99_added, *memory, row.errors])
    return lay_out(COLUMNS, lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare a running proxy with nginx.")
    parser.add_argument("--port", type=int, required=True, help="where the proxy listens")
    parser.add_argument("--pid", required=True, help="its processes, comma-separated")
    parser.add_argument("--tests", default=DEFAULT_TESTS, help=f"among {','.join(TESTS)}")
    parser.add_argument("--pairs", type=int, default=3, help="runs of each side")
    parser.add_argument("--upstream", type=int, default=9001, help="port of the mock upstream")
    parser.add_argument("--nginx-port", type=int, default=9002)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    subject = Subject(options.port, [int(pid) for pid in options.pid.split(",")])
    try:
        load = Load(build(), options.upstream)
        with Nginx(options.nginx_port, options.upstream) as nginx:
            rows = [compare(subject, nginx, load, test, options.pairs) for test in chosen_tests(options.tests)]
    except (LoadFailed, NginxMissing) as error:
        raise SystemExit(str(error)) from None
    print(json.dumps([dataclasses.asdict(row) for row in rows]) if options.json else table(rows))


if __name__ == "__main__":
    main()
