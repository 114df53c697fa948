"""How fast a dashboard's questions are answered on a seeded database: `make bench-analytics`.

Each question goes through the whole REST API, in this process and without a socket: first alone, then while records
are written.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from seeded_requests import Plan, columns_of
from sqlalchemy import select

from claudeflare.control.composition import open_control
from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.settings import Settings
from claudeflare.storage.accounts import AccountStore
from claudeflare.storage.database import Database
from claudeflare.storage.records import PricedRequest
from claudeflare.storage.request_query import cursor
from claudeflare.storage.request_rows import encode_finished
from claudeflare.storage.requests import RequestStore
from claudeflare.storage.rollups import RollupStore
from claudeflare.storage.tables import requests

BATCH = 1000
CHOICES = {
    "": "",
    "one account": "&accounts=seed-3",
    "seven accounts": "&accounts=seed-1,seed-2,seed-3,seed-4,seed-5,seed-6,seed-7",
    "one model": "&models=claude-sonnet-5",
    "one key": "&keys=anna",
    "errors": "&status=error",
    "status 429": "&status=429",
    "status 200": "&status=200",
    "account and model": "&accounts=seed-3&models=claude-sonnet-5",
    "key, account and model": "&keys=anna&accounts=seed-3&models=claude-opus-4-6",
    "account, errors": "&accounts=seed-3&status=error",
}
RANGES = ("1h", "6h", "24h", "7d", "30d", "90d")
LISTS = {
    "": "",
    "account": "&account=seed-3",
    "model": "&model=claude-sonnet-5",
    "rare model": "&model=claude-unpriced-1",
    "key": "&clientKey=scripts",
    "nobody's account": "&account=nobody",
    "success": "&status=success",
    "error": "&status=error",
    "429": "&status=429",
    "5xx": "&status=5xx",
    "4xx": "&status=4xx",
    "3xx": "&status=3xx",
    "truncated": "&status=truncated",
    "agent": "&agent=agent-5",
    "text in errors": "&text=overloaded",
    "text nowhere": "&text=no-such-text",
    "account and 429": "&account=seed-3&status=429",
    "key and model": "&clientKey=anna&model=claude-haiku-4-5",
}


def questions(database: Database) -> dict[str, str]:
    """Name -> path."""
    found = {
        f"analytics {span} {name}".rstrip(): f"/api/analytics?range={span}{choice}"
        for span in RANGES
        for name, choice in CHOICES.items()
        if span == "30d" or name in ("", "account and model")
    }
    found["analytics 30d in Kathmandu"] = "/api/analytics?range=30d&tz=Asia/Kathmandu"
    found["analytics 30d New York, cumulative"] = "/api/analytics?range=30d&tz=America/New_York&mode=cumulative"
    found |= {"stats": "/api/stats", "stats 30d": "/api/stats?range=30d", "accounts": "/api/accounts"}
    c = requests.c
    with database.read() as connection:
        first, last = (
            connection.execute(select(c.started_at, c.id, c.session).order_by(order).limit(1)).one()
            for order in (c.started_at, c.started_at.desc())
        )
    pages = {"": "", "middle, ": cursor((first[0] + last[0]) / 2, ""), "last, ": cursor(first[0] + 3600, "")}
    for name, query in {**LISTS, "session": f"&session={last[2]}", "id": f"&text={last[1]}"}.items():
        for page, after in pages.items():
            found[f"list {page}{name}".rstrip(", ")] = f"/api/requests?limit=100{query}&cursor={after}".rstrip("=")
    return {name: path.removesuffix("&cursor") for name, path in found.items()}


async def ask(client: httpx2.AsyncClient, path: str, times: int) -> list[float]:
    """Milliseconds, in order of time."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        response = await client.get(path)
        assert response.status_code == 200, (path, response.text)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def records(accounts: list[tuple[str, str]], number: int) -> list[list[PricedRequest]]:
    """Batches that began by and by, up to now; none is on record."""
    names = [column.name for column in requests.c]
    rows = zip(*columns_of(Plan(number * BATCH, 1, time.time(), 7, accounts), 0, number * BATCH), strict=True)
    made = []
    for at, row in enumerate(rows):
        values = dict(zip(names, row, strict=True))
        values |= {"id": f"cf_bench{time.time_ns():x}{at:06}", "started_at": time.time() - 5}
        finished = Finished(**{name: values[name] for name in names if name in Finished.__struct_fields__})
        tokens = TokenCounts(
            input=values["input_tokens"], cache_read=values["cache_read_tokens"], output=values["output_tokens"]
        )
        made.append(
            PricedRequest(
                finished=finished, tokens=tokens, cost_usd=values["cost_usd"], encoded=encode_finished(finished)
            )
        )
    return [made[at : at + BATCH] for at in range(0, len(made), BATCH)]


@contextmanager
def writing(store: RequestStore, batches: list[list[PricedRequest]], rate: float, taken: list[float]) -> Iterator[None]:
    """As ingest does, `rate` records a second if that is possible; `taken` are the seconds of each batch."""
    stop = threading.Event()

    def write() -> None:
        due = time.monotonic()
        for batch in batches:
            if stop.is_set():
                return
            began = time.monotonic()
            store.write_batch(opened=[], finished=batch, changed=[], shed={})
            taken.append(time.monotonic() - began)
            due = max(due + BATCH / rate, time.monotonic() - 1)
            stop.wait(max(0, due - time.monotonic()))

    thread = threading.Thread(target=write)
    thread.start()
    yield
    stop.set()
    thread.join()


async def run(options: argparse.Namespace) -> None:
    url = options.database or f"sqlite:///{options.directory.resolve() / 'claudeflare.db'}"
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=home, database_url=url)
        async with open_control(settings, Path(home) / "journal", ingest=False) as control:
            database = Database(url)
            rollups = RollupStore(database)
            while rollups.fold(time.time()):  # as control does every minute
                pass
            headers = {"authorization": f"Bearer {control.token}"}
            transport = httpx2.ASGITransport(app=control.app)
            async with httpx2.AsyncClient(
                base_url="http://127.0.0.1:8080", headers=headers, transport=transport, timeout=600
            ) as client:
                await measure(client, database, options)
            database.dispose()


async def measure(client: httpx2.AsyncClient, database: Database, options: argparse.Namespace) -> None:
    asked = {name: path for name, path in questions(database).items() if options.only in name}
    print(f"{'':<42}{'first':>8}{'p50':>8}{'max':>8}   ms")
    for name, path in asked.items():
        show(name, await ask(client, path, options.times))
    if options.rate:
        accounts = [(each.account.id, each.account.name) for each in AccountStore(database).list()]
        batches = await asyncio.to_thread(records, accounts, int(options.rate * options.seconds / BATCH))
        taken: list[float] = []
        began = time.monotonic()
        with writing(RequestStore(database), batches, options.rate, taken):
            print("while records are written:")
            for name, path in asked.items():
                if len(taken) == len(batches):
                    break
                show(name, await ask(client, path, 3))
            seconds = time.monotonic() - began
        batch_ms = statistics.median(taken) * 1000
        print(
            f"{len(taken) * BATCH / seconds:,.0f} of {options.rate:,} records/s; {BATCH} of them took {batch_ms:.0f} ms"
        )


def show(name: str, taken: list[float]) -> None:
    print(f"{name:<42}{taken[0]:>8.1f}{statistics.median(taken):>8.1f}{max(taken):>8.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path("build/seeded"))
    parser.add_argument("--database", help="postgresql://… instead")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--rate", type=int, default=5000, help="records a second, 0 for none")
    parser.add_argument("--seconds", type=int, default=10, help="how long records are written")
    parser.add_argument("--only", default="", help="questions with this in their name")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
