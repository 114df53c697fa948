"""Fills a database with made-up requests of many days: `make seed ARGS="--requests 10000000"`.

What it writes is the same for the same arguments. Rows go in by the ten thousand; the sums that statistics and
analytics read are made of them by the same code that ingest uses.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from seeded_requests import Plan, columns_of, details_of
from sqlalchemy import func, select

from claudeflare.analytics.stretches import MINUTE
from claudeflare.storage import migrate
from claudeflare.storage.accounts import AccountStore, NewAccount
from claudeflare.storage.database import Database
from claudeflare.storage.hourly_sums import SumsOfRows
from claudeflare.storage.rollup_cells import CellsOfRows
from claudeflare.storage.rollup_folding import SETTLED_SECONDS
from claudeflare.storage.rollup_state import RollupState, read_state, write_folded_until
from claudeflare.storage.rollup_writing import Layer, layers_of, write_layers
from claudeflare.storage.tables import request_details, requests
from claudeflare.storage.upsert import insert_new

AT_ONCE = 20_000
"""Requests in a transaction."""


def main() -> None:
    options = arguments()
    options.directory.mkdir(parents=True, exist_ok=True)
    database = Database(options.database or f"sqlite:///{options.directory / 'claudeflare.db'}")
    migrate.upgrade(database, None)
    with database.read() as connection:
        if connection.scalar(select(func.count()).select_from(select(requests.c.id).limit(1).subquery())):
            sys.exit(f"{database.place} has requests already: seeding is for an empty database.")
    now = options.until
    plan = Plan(options.requests, options.days, now, options.seed, account_ids(database, options.accounts))
    with database.write() as connection:
        write_folded_until(connection, int(now - SETTLED_SECONDS) // MINUTE * MINUTE)
        state = read_state(connection)
    started = time.monotonic()
    # Made at the end: rows come by time, and most indexes in another order, so that each row would touch old pages.
    indexes = [*requests.indexes]
    with database.write() as connection:
        for index in indexes:
            index.drop(connection)
    with multiprocessing.Pool(options.processes) as pool, progress_bar() as progress:
        task = progress.add_task("requests", total=plan.requests)
        for first, (columns, sums, layers) in batches(pool, plan, state):
            with database.write() as connection:
                insert_new(connection, requests, columns)
                sums.save(connection)
                write_layers(connection, layers)
                if first + AT_ONCE > plan.requests - options.details:
                    details = details_of(columns)
                    insert_new(connection, request_details, [columns[0], details])
            progress.advance(task, len(columns[0]))
    for index in indexes:
        with database.migration() as connection:
            index.create(connection)
    seconds = time.monotonic() - started
    with database.write() as connection:
        connection.exec_driver_sql("ANALYZE")
    database.dispose()
    print(f"{plan.requests:,} requests in {seconds:.0f} s: {plan.requests / seconds:,.0f} a second.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--accounts", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="another number: other requests")
    parser.add_argument("--until", type=float, default=time.time(), help="epoch seconds of the newest (default: now)")
    parser.add_argument("--directory", type=Path, default=Path("build/seeded"), help="where the SQLite database goes")
    parser.add_argument("--database", help="postgresql://… instead")
    parser.add_argument("--details", type=int, default=20_000, help="newest requests that can be looked at one by one")
    parser.add_argument("--processes", type=int, default=2, help="that make requests up; one more writes them")
    return parser.parse_args()


def progress_bar() -> Progress:
    columns = (BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f}"))
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn())


def account_ids(database: Database, count: int) -> list[tuple[str, str]]:
    """Makes accounts; their ids and names."""
    store = AccountStore(database)
    made = [store.add(NewAccount(name=f"seed-{number}"), now=float(number)) for number in range(1, count + 1)]
    return [(each.account.id, each.account.name) for each in made]


Made = tuple[list[Sequence[Any]], SumsOfRows, list[Layer]]


def made(plan: Plan, state: RollupState, first: int) -> Made:
    """Rows from this number on, and what they add up to."""
    columns = columns_of(plan, first, AT_ONCE)
    sums, gathered = SumsOfRows(None), CellsOfRows(state.minutes_from, state.uncounted)
    sums.add(columns)
    gathered.add(columns)
    return columns, sums, layers_of(gathered.cells(), state)


def batches(pool: Any, plan: Plan, state: RollupState) -> Iterator[tuple[int, Made]]:
    """In order, and no more made ahead than fit into memory."""
    firsts = range(0, plan.requests, AT_ONCE)
    waiting = [pool.apply_async(made, (plan, state, first)) for first in firsts[:4]]
    for first in firsts:
        batch = waiting.pop(0).get()
        following = first + 4 * AT_ONCE
        if following < plan.requests:
            waiting.append(pool.apply_async(made, (plan, state, following)))
        yield first, batch


if __name__ == "__main__":
    main()
