#!/usr/bin/env python3
"""Measure Claudeflare against nginx: `python benchmarks/run.py`. Installs nothing; README.md tells how to read it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import socket
import statistics
import sys
from dataclasses import dataclass

from compare import DEFAULT_TESTS, TESTS, Row, Subject, Test, chosen_tests, compare
from load import Load, LoadFailed, build
from nginx import Nginx, NginxMissing
from product import Claudeflare, ProductFailed
from table import Column, lay_out

QUICK_TESTS = "json1,json64,sse200"
EVENTS_PER_ANSWER = 105


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


def measure(product: Claudeflare, nginx: Nginx, load: Load, test: Test, pairs: int) -> Result:
    """One test, and what was recorded of it."""
    product.begin()
    gateway = compare(Subject(product.port, [product.gateway_pid], product.settle), nginx, load, test, pairs)
    record_us = product.recording_seconds / max(product.recorded, 1) * 1e6
    rss_mb = product.rss_mb
    if test.cost == "rss_mb":
        whole = rss_mb
    else:
        whole = gateway.cost + record_us / (EVENTS_PER_ANSWER if test.cost == "cpu_us_per_event" else 1)
    return Result(
        gateway=gateway,
        whole_cost=round(whole, 2),
        whole_cost_ratio=round(whole / gateway.nginx_cost, 3),
        record_us=round(record_us, 1),
        whole_rss_mb=round(rss_mb, 1),
        recorded=product.recorded,
    )


@dataclass(frozen=True)
class Recording:
    """Whether every answer left its record."""

    answered: int
    """Whole answers that clients got, warm-up included."""
    complete: int
    """Records of whole answers."""
    problems: list[str]
    """What the server logged as warnings or errors."""


COST, RATE, DELAY, MEMORY = "CPU µs a request or event (idle: MB)", "requests or events /s", "µs added", "RSS, MB"
COLUMNS = (
    Column("", "test", 9),
    Column(COST, "nginx", 7, 2), Column(COST, "gateway", 8, 2), Column(COST, "ratio", 6, 2),
    Column(COST, "whole", 8, 2), Column(COST, "ratio", 6, 2),
    Column(RATE, "nginx", 8), Column(RATE, "gateway", 8), Column(RATE, "ratio", 6, 2),
    Column(DELAY, "p50", 7), Column(DELAY, "p99", 7),
    Column(MEMORY, "nginx", 6), Column(MEMORY, "gateway", 8), Column(MEMORY, "whole", 6),
    Column("", "errors", 6),
)  # fmt: skip


def as_json(results: list[Result], recording: Recording) -> str:
    """For programs."""
    return json.dumps({"tests": [dataclasses.asdict(each) for each in results], **dataclasses.asdict(recording)})


def as_text(results: list[Result], recording: Recording, nginx_version: str) -> str:
    """For people."""
    lines = [table(results), "", f"Compared with {nginx_version}; ratio = Claudeflare / nginx."]
    record_us = statistics.median([each.record_us for each in results if each.recorded] or [0.0])
    lines.append(f"Writing one record costs control {record_us:.0f} µs of CPU (median of the tests).")
    lines.append(f"{recording.answered} whole answers, {recording.complete} records of whole answers.")
    lines += [f"{each.gateway.test}: {each.gateway.message}" for each in results if each.gateway.message]
    if recording.problems:
        lines.append(
            f"The server logged {len(recording.problems)} lines of trouble, the first: {recording.problems[0]}"
        )
    return "\n".join(lines)


def table(results: list[Result]) -> str:
    """One line a test."""
    rows: list[list[str | float]] = []
    for result in results:
        row = result.gateway
        delays = ("-", "-") if row.unit == "rss_mb" else (row.p50_added, row.p99_added)
        cost = (row.nginx_cost, row.cost, row.cost_ratio, result.whole_cost, result.whole_cost_ratio)
        throughput = (row.nginx_throughput, row.throughput, row.throughput_ratio)
        memory = (row.nginx_rss_mb, row.rss_mb, result.whole_rss_mb)
        rows.append([row.test, *cost, *throughput, *delays, *memory, row.errors])
    return lay_out(COLUMNS, rows)


def require_machine() -> None:
    """Say what is missing before anything starts."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("The benchmark needs Linux: it pins processes to cores and reads /proc.")
    if not {0, 1} <= os.sched_getaffinity(0):
        raise SystemExit("The benchmark needs cores 0 and 1: the proxies run on one, the load on the other.")
    if shutil.which("taskset") is None:
        raise SystemExit("taskset is not installed (Debian: apt-get install util-linux)")


def free_ports(count: int) -> list[int]:
    """Ports nobody uses now.

    Below those the kernel gives to outgoing connections: between two runs nobody listens on the upstream's, and a proxy
    that tries to reach it from that very port would be connected to itself.
    """
    found: list[int] = []
    for port in range(9001, 9999):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise SystemExit("There are no free ports between 9001 and 9999.")


def main() -> int:
    """0 when every answer was good and recorded, 1 when not."""
    parser = argparse.ArgumentParser(description="Measure Claudeflare against nginx.")
    parser.add_argument("--tests", default="", help=f"comma-separated, among {','.join(TESTS)}")
    parser.add_argument("--pairs", type=int, default=0, help="runs of each side for each test; 5 by default")
    parser.add_argument("--quick", action="store_true", help=f"one pair of {QUICK_TESTS}")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    options = parser.parse_args()
    tests = chosen_tests(options.tests or (QUICK_TESTS if options.quick else DEFAULT_TESTS))
    pairs = options.pairs or (1 if options.quick else 5)
    require_machine()
    try:
        upstream_port, nginx_port = free_ports(2)
        load = Load(build(), upstream_port)
        with Nginx(nginx_port, upstream_port) as nginx, Claudeflare(upstream_port) as product:
            results = [measure(product, nginx, load, test, pairs) for test in tests]
            recording = Recording(product.answered, product.complete_rows(), product.problems)
            print(as_json(results, recording) if options.json else as_text(results, recording, nginx.version))
    except (LoadFailed, NginxMissing, ProductFailed) as error:
        raise SystemExit(str(error)) from None
    good = recording.answered == recording.complete and not any(each.gateway.errors for each in results)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
