#!/usr/bin/env python3
"""Measure Claudeflare against nginx: `python benchmarks/run.py`. Installs nothing; README.md tells how to read it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace

from busy import under_load_of_control
from compare import TESTS, Subject, Test, chosen_tests, compare
from load import Load, LoadFailed, build
from nginx import Nginx, NginxMissing
from product import Claudeflare, ProductFailed
from report import Recording, Report, Result, as_text
from setups import SETUPS, Setup, chosen_setups
from tls import TlsFront
from watched import PAIRS as WATCHED_PAIRS
from watched import with_dashboards

QUICK_TESTS = "json1,json64,sse200"
EVENTS_PER_ANSWER = 105


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


def require_machine() -> None:
    """Say what is missing before anything starts."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("The benchmark needs Linux: it pins processes to cores and reads /proc.")
    if not {0, 1} <= os.sched_getaffinity(0):
        raise SystemExit("The benchmark needs cores 0 and 1: the proxies run on one, the load on the other.")
    if shutil.which("taskset") is None:
        raise SystemExit("taskset is not installed (Debian: apt-get install util-linux)")


def free_ports(count: int, taken: int = 0) -> list[int]:
    """Ports nobody uses now, nor is going to use: `taken`.

    Below those the kernel gives to outgoing connections: between two runs nobody listens on the upstream's, and a proxy
    that tries to reach it from that very port would be connected to itself.
    """
    found: list[int] = []
    for port in sorted({*range(9001, 9999)} - {taken}):
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


def run_setup(setup: Setup, tests: list[Test], pairs: int, load: Load) -> tuple[list[Result], Recording, str]:
    """All tests of one setup, its record keeping, and nginx's version."""
    nginx_port, tls_port = free_ports(2, load.upstream_port)
    with ExitStack() as stack:
        authorities, upstream, port = None, f"http://127.0.0.1:{load.upstream_port}", load.upstream_port
        settings = dict(setup.settings)
        if setup.https:
            front = stack.enter_context(TlsFront(tls_port, load.upstream_port))
            authorities, upstream, port = front.authorities, f"https://127.0.0.1:{tls_port}", tls_port
            settings["SSL_CERT_FILE"] = str(authorities)
        nginx = stack.enter_context(Nginx(nginx_port, port, authorities))
        product = stack.enter_context(Claudeflare(upstream, settings))
        results = [replace(measure(product, nginx, load, test, pairs), setup=setup.name) for test in tests]
        complete, stored = product.complete_rows(), product.disk_bytes
        each = {kind: size / max(complete, 1) for kind, size in stored.items()}
        recording = Recording(
            setup.name, product.answered, complete, each["records"], each["payloads"], product.problems
        )
        return results, recording, nginx.version


def run(options: argparse.Namespace, load: Load) -> tuple[Report, str]:
    """Everything that was asked for, and nginx's version."""
    results: list[Result] = []
    recordings: list[Recording] = []
    version = ""
    if options.only == "watched":
        return Report(results, recordings, None, with_dashboards(load, options.pairs or WATCHED_PAIRS)), version
    quick = QUICK_TESTS if options.quick else ""
    for setup in chosen_setups(options.setups or ("plain" if options.quick else ",".join(SETUPS))):
        tests = chosen_tests(options.tests or quick or setup.tests)
        more, recording, version = run_setup(setup, tests, options.pairs or (1 if options.quick else 5), load)
        results += more
        recordings.append(recording)
    busy = None if options.quick or options.tests else under_load_of_control(load)
    watched = None if options.quick or options.tests else with_dashboards(load)
    return Report(results, recordings, busy, watched), version


def main() -> int:
    """0 when every answer was good and recorded, 1 when not."""
    parser = argparse.ArgumentParser(description="Measure Claudeflare against nginx.")
    parser.add_argument("only", nargs="?", choices=["watched"], help="what clients notice of dashboards, and no more")
    parser.add_argument("--tests", default="", help=f"comma-separated, among {','.join(TESTS)}")
    parser.add_argument("--setups", default="", help=f"comma-separated, among {','.join(SETUPS)}; all by default")
    parser.add_argument("--pairs", type=int, default=0, help="runs of each side for each test; 5 by default")
    parser.add_argument("--quick", action="store_true", help=f"one pair of {QUICK_TESTS}, plain")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    options = parser.parse_args()
    require_machine()
    try:
        report, version = run(options, Load(build(), *free_ports(1)))
    except (LoadFailed, NginxMissing, ProductFailed) as error:
        raise SystemExit(str(error)) from None
    print(json.dumps(dataclasses.asdict(report)) if options.json else as_text(report, version))
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
