"""A quarter of a year of requests on record, busier lately; the same every time."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import msgspec

from claudeflare.providers.usage import TokenCounts
from claudeflare.storage.records import PricedRequest
from harness.data_directory import NOW
from harness.events import Watched
from harness.live_batches import ended

MODELS = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")
ACCOUNTS = (("a1", "work"), ("a2", "lab"), ("a3", "home"))
AGENTS = ("claude-cli/2.1.0 (external, cli)", "Anthropic/Python 0.70.0", "curl/8.5.0")
KEYS = ("laptop", "ci", None)
ENDINGS = ((429, "refused", "rate_limit_error"), (529, "complete", "overloaded_error"), (500, "error", "api_error"))
DAY = 86_400.0


def write_busy_days(server: Watched, count: int = 1500) -> None:
    """Put them on record, with the rollups that analytics read."""
    records = list(busy_days(count))
    for begin in range(0, len(records), 500):
        batch = records[begin : begin + 500]
        server.services.requests.write_batch(opened=[], finished=batch, changed=[], shed={})


def busy_days(count: int) -> Iterator[PricedRequest]:
    """Half of them of the last day, with a pause in it; the rest over ninety days."""
    chance = random.Random(7)
    for number in range(count):
        back = chance.random() * DAY if number % 2 else chance.random() ** 3 * 90 * DAY
        if 9 * 3600 < back < 12 * 3600:
            continue
        yield _record(number, NOW - 5 - back, chance)


def _record(number: int, at: float, chance: random.Random) -> PricedRequest:
    duration = 600.0 + 4000.0 * chance.random() ** 3 * (1.5 + math.sin(at / 9000))
    account_id, account = ACCOUNTS[number % 7 % 3]
    status, state, error = ENDINGS[number % 3] if number % 23 == 0 else (200, "complete", None)
    served = status == 200
    read = int(40_000 * chance.random()) if number % 5 else 0
    record = ended(
        f"cf_{number:024x}",
        started_at=at,
        status=status,
        terminal_state=state,
        error_type=error,
        model=MODELS[number % 5 % 3],
        served_model=MODELS[number % 5 % 3],
        streaming=True,
        account_id=account_id,
        account=account,
        client_key=KEYS[number % 4 % 3],
        user_agent=AGENTS[number % 9 % 3],
        session=f"s{number % 40}",
        duration_ms=duration,
        first_byte_ms=duration * 0.2,
        first_content_ms=duration * 0.22 if served else None,
        overhead_ms=0.3 + chance.random() * 0.6,
        queued_ms=2_000.0 * chance.random() if number % 11 == 0 else 0.0,
        request_bytes=30_000,
        tokens=TokenCounts(
            input=200 if served else None,
            cache_write_5m=900 if served else None,
            cache_write_1h=0 if served else None,
            cache_read=read if served else None,
            output=300 + int(400 * chance.random()) if served else None,
        ),
        cost=0.01 + read / 4e6 if served else None,
    )
    return msgspec.structs.replace(record, cache_saved_usd=(read - 6_000) / 5e5 if served else None)
