#!/usr/bin/env python3
"""Measure how well limits are used, in virtual time: `python benchmarks/limits/run.py`. Same seed, same figures."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import repeat
from pathlib import Path

import msgspec
from guide import write_guide
from measure import TOGETHER, Row, measured, pool, row, together, usable_share, ways
from report import Report, as_text
from workload import requests

from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.usage import BilledPart, TokenCounts
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import UNLIMITED, alone, run
from claudeflare.replay.tally import Price, Tally

LOADS = (0.7, 0.9, 0.98)
SESSIONS_PER_MINUTE = 24.0
SECONDS, WARM_UP = 3600.0, 1800.0
"""Of virtual time. Sessions last some 20 minutes: after half an hour as many end as begin."""
RISE = (0.6, 1.6)
"""Load of the last test, in which it rises until a client is limited: of what the pool takes, from and to."""
PRICED_AT = 1_795_000_000.0
"""November 2026."""

QUICK = 0.4
"""Share of that time, for tests: the load still rises a little while it is counted."""

Job = tuple[float, str, int, float]
"""Load, way, seed, share of the time."""


@cache
def workload(seed: int, share: float) -> tuple[Sequence[ReplayedRequest], Tally]:
    """The requests, and how they fare on one account without limits."""
    made = requests(seed, SESSIONS_PER_MINUTE, SECONDS * share)
    return made, run(made, [UNLIMITED], alone, Tally(price(), WARM_UP * share))


def price() -> Price:
    """USD by the prices that records are filed with."""
    table = PriceTable()

    def cost(model: str, tokens: TokenCounts, at: float) -> float | None:
        return table.cost([BilledPart(model=model, tokens=tokens)], PRICED_AT)

    return cost


def run_job(job: Job) -> Row:
    """One line of the table."""
    load, way, seed, share = job
    made, undisturbed = workload(seed, share)
    accounts = together(undisturbed, load) if way == TOGETHER else pool(undisturbed, load)
    return row(way, load, measured(way, made, accounts, price(), WARM_UP * share), undisturbed)


def run_rise(way: str, seed: int) -> tuple[str, float | None]:
    """How much of the pool was in use when the first client was limited, while more and more sessions began."""
    _, undisturbed = workload(seed, 1.0)
    accounts = together(undisturbed, 1.0) if way == TOGETHER else pool(undisturbed, 1.0)
    rising = requests(seed + 1, SESSIONS_PER_MINUTE, SECONDS, RISE)
    return way, usable_share(measured(way, rising, accounts, None, 0.0), accounts)


def run_all(seed: int, loads: Sequence[float], chosen: Sequence[str], processes: int, *, quick: bool) -> Report:
    """The whole table; quick: of a shorter time, and without rising load."""
    time_share = QUICK if quick else 1.0
    jobs = [(load, way, seed, time_share) for load in loads for way in chosen]
    with ProcessPoolExecutor(processes) as executor:
        rows, usable = [], {}
        for done, found in enumerate(executor.map(run_job, jobs), 1):
            rows.append(found)
            print(f"\r{done} of {len(jobs)} runs", end="", file=sys.stderr, flush=True)
        if not quick:
            usable.update(executor.map(run_rise, chosen, repeat(seed)))
        print(file=sys.stderr)
    made, _ = workload(seed, time_share)
    return Report(seed=seed, requests=len(made), minutes=SECONDS * time_share / 60, rows=rows, usable=usable)


def main() -> None:
    """Entry of `make bench-limits`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--loads", type=lambda text: [float(each) for each in text.split(",")], default=list(LOADS))
    parser.add_argument("--ways", type=lambda text: text.split(","), default=ways())
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4), help="processes")
    parser.add_argument("--quick", action="store_true", help="less virtual time, no rising load")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="put table and picture into docs/")
    chosen = parser.parse_args()
    report = run_all(chosen.seed, chosen.loads, chosen.ways, chosen.jobs, quick=chosen.quick)
    print(msgspec.json.encode(report).decode() if chosen.json else as_text(report))
    if chosen.write:
        write_guide(report, Path(__file__).resolve().parents[2] / "docs")


if __name__ == "__main__":
    main()
