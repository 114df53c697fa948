"""Requests made up for `seed.py`: a team's traffic by hour and weekday, by the batch and always the same."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from claudeflare.journal.records import Finished
from claudeflare.storage.request_rows import encode_finished
from claudeflare.storage.tables import requests

HOUR = 3600.0
SHAPES = 32_768
"""Different answers; each request has one of them, a little longer or shorter."""

MODELS = {
    # Dollars per million tokens: input, write of 5 minutes, write of an hour, read, output.
    "claude-opus-4-6": (5.0, 6.25, 10.0, 0.5, 25.0),
    "claude-sonnet-5": (3.0, 3.75, 6.0, 0.3, 15.0),
    "claude-haiku-4-5": (1.0, 1.25, 2.0, 0.1, 5.0),
    "claude-opus-4-8": (5.0, 6.25, 10.0, 0.5, 25.0),
    "claude-unpriced-1": None,
}
CODE, SDK, PYTHON, NODE, CURL = (
    "claude-cli/2.1.240 (external, cli)",
    "claude-cli/2.1.240 (external, sdk-ts)",
    "Anthropic/Python 2.12.0",
    "Anthropic/JS 0.90.0",
    "curl/8.14.1",
)
KEYS = [
    # Name, share of the traffic, user agent, models with their shares.
    ("anna", 18, CODE, {"claude-opus-4-6": 5, "claude-haiku-4-5": 3}),
    ("ben", 15, CODE, {"claude-sonnet-5": 5, "claude-haiku-4-5": 3}),
    ("chris", 12, CODE, {"claude-opus-4-8": 6, "claude-haiku-4-5": 2}),
    ("dana", 10, CODE, {"claude-opus-4-6": 3, "claude-sonnet-5": 3}),
    ("eva", 8, CODE, {"claude-sonnet-5": 1}),
    ("ci", 12, SDK, {"claude-sonnet-5": 6, "claude-haiku-4-5": 2}),
    ("evaluations", 9, PYTHON, {"claude-opus-4-6": 2, "claude-sonnet-5": 2, "claude-haiku-4-5": 2}),
    ("backend", 8, NODE, {"claude-haiku-4-5": 1}),
    ("support-bot", 5, PYTHON, {"claude-sonnet-5": 4, "claude-unpriced-1": 1}),
    ("scripts", 2, CURL, {"claude-haiku-4-5": 1}),
    (None, 1, CODE, {"claude-sonnet-5": 1}),
]
ERRORS = [
    # Share of all in ten thousand, status, terminal state, error type, milliseconds.
    (80, 429, "complete", "rate_limit_error", 180.0),
    (60, 529, "complete", "overloaded_error", 900.0),
    (30, 500, "complete", "api_error", 2500.0),
    (40, 499, "client_closed", "client_closed", 6000.0),
    (15, 200, "truncated", "connection_lost", 20000.0),
    (25, 400, "complete", "invalid_request_error", 90.0),
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made up."""

    requests: int
    days: int
    until: float
    """When the newest began, in UTC epoch seconds."""
    seed: int
    accounts: list[tuple[str, str]]
    """Ids and names."""


def columns_of(plan: Plan, first: int, count: int) -> list[Sequence[Any]]:
    """Requests from this number on, as columns of `requests` in the table's order."""
    count = min(count, plan.requests - first)
    rng = random.Random(f"{plan.seed} {first}")
    times = _times(plan, first, count)
    shapes = _shapes(plan.seed)
    keys = rng.choices(KEYS, [key[1] for key in KEYS], k=count)
    picks = rng.choices(range(SHAPES), k=count)
    lots = [rng.random() for _ in range(count)]
    rows = []
    for number, (at, key, pick, lot) in enumerate(zip(times, keys, picks, lots, strict=True), first):
        rows.append(_row(plan, number, at, key, shapes[pick], lot))
    by_name = dict(zip(_NAMES, zip(*rows, strict=True), strict=True))
    by_name |= {name: [value] * count for name, value in _CONSTANT.items()}
    missing = [column.name for column in requests.c if column.name not in by_name and not column.nullable]
    assert not missing, f"no values for {missing}"
    return [by_name.get(column.name) or [None] * count for column in requests.c]


def details_of(columns: list[Sequence[Any]]) -> list[bytes]:
    """Of each row what a look at one request shows."""
    names = [column.name for column in requests.c]
    kept = [(name, at) for at, name in enumerate(names) if name in Finished.__struct_fields__]
    return [encode_finished(Finished(**{name: row[at] for name, at in kept})) for row in zip(*columns, strict=True)]


_NAMES = (
    *("id", "started_at", "model", "served_model", "account_id", "account", "client_key", "session", "agent_id"),
    *("user_agent", "status", "terminal_state", "success", "error_type", "error_message", "stop_reason"),
    *("duration_ms", "first_byte_ms", "first_content_ms", "overhead_ms", "queued_ms", "failover_attempts"),
    *("request_bytes", "response_bytes", "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    *("cache_read_tokens", "output_tokens", "thinking_tokens", "cost_usd", "price_version", "cache_saved_usd"),
)
_CONSTANT = {
    "method": "POST",
    "path": "/v1/messages",
    "streaming": True,
    "policy": "session",
    "usage_estimated": False,
}


def _row(plan: Plan, number: int, at: float, key: Any, shape: Any, lot: float) -> tuple[Any, ...]:
    name, _, user_agent, models = key
    # Independent enough, and much cheaper than to draw once more for each.
    fine = lot * 7919 % 1
    finer = lot * 104_729 % 1
    session = f"{name or 'none'}-{number // 5000:06}-{int(fine * 4)}"
    account_id, account = plan.accounts[hash_of(session) % len(plan.accounts)]
    model = _model(tuple(models.items()), finer)
    request_id = f"cf_{int(at * 1000):012x}{number:012x}"
    agent_id = f"agent-{number % 97}" if user_agent is CODE and fine < 0.2 else None
    common = (request_id, at, model, model, account_id, account, name, session, agent_id, user_agent)
    failovers = 1 if finer > 0.97 else 0
    queued = 3000 * fine if lot > 0.985 else 0.0
    for share, status, state, error, milliseconds in ERRORS:
        lot -= share / 10_000
        if lot < 0:
            sizes = (milliseconds * (0.5 + fine), None, None, 0.2, queued, failovers, 20_000, 300)
            return (*common, status, state, False, error, error.replace("_", " "), None, *sizes, *_NO_TOKENS)
    tokens, milliseconds, first_byte, content, overhead, stop_reason = shape
    longer = 0.9 + 0.2 * fine
    sizes = (milliseconds * longer, first_byte * longer, content * longer, overhead * longer, queued, failovers)
    cost, saved = _cost(model, tokens)
    return (
        *(*common, 200, "complete", True, None, None, stop_reason, *sizes, 4 * tokens[3], 9 * tokens[4]),
        *(*tokens, tokens[4] // 3, cost, None if cost is None else "seed", saved),
    )


_NO_TOKENS = (None, None, None, None, None, None, 0.0, "seed", None)


@lru_cache(4096)
def hash_of(session: str) -> int:
    """The same in every process, unlike `hash`."""
    return sum(session.encode()) * 2_654_435_761 % 1_000_003


def _model(shares: tuple[tuple[str, int], ...], lot: float) -> str:
    left = lot * sum(share for _, share in shares)
    for model, share in shares:
        left -= share
        if left < 0:
            return model
    return shares[-1][0]


def _cost(model: str, tokens: tuple[int, ...]) -> tuple[float | None, float | None]:
    prices = MODELS[model]
    if prices is None:
        return None, None
    plain, written_5m, written_1h, read, output = tokens
    p_plain, p_5m, p_1h, p_read, p_output = prices
    cost = plain * p_plain + written_5m * p_5m + written_1h * p_1h + read * p_read + output * p_output
    saved = written_5m * (p_plain - p_5m) + written_1h * (p_plain - p_1h) + read * (p_plain - p_read)
    return cost / 1e6, saved / 1e6


@lru_cache(1)
def _shapes(seed: int) -> list[tuple[Any, ...]]:
    rng = random.Random(f"{seed} shapes")
    made = []
    for _ in range(SHAPES):
        output = max(1, int(rng.lognormvariate(5.6, 1.2)))
        first_byte = rng.lognormvariate(6.9, 0.5)
        tokens = (
            int(rng.lognormvariate(4, 2)),
            int(rng.lognormvariate(7, 1)),
            int(rng.lognormvariate(7, 1)) if rng.random() < 0.2 else 0,
            int(rng.lognormvariate(10.3, 1)),
            output,
        )
        content = first_byte * (1 + rng.random() * 0.2)
        duration = content + output * rng.uniform(8, 20)
        stop_reason = rng.choices(["tool_use", "end_turn", "max_tokens"], [70, 28, 2])[0]
        made.append((tokens, duration, first_byte, content, rng.lognormvariate(-1.5, 0.5), stop_reason))
    return made


def _times(plan: Plan, first: int, count: int) -> list[float]:
    """Ascending over the whole plan: more by day than by night, fewer at weekends."""
    begin, sums = plan.until - plan.days * 24 * HOUR, _hours(plan.days, plan.until)
    scale = sums[-1] / plan.requests
    found = []
    hour = bisect_right(sums, first * scale) - 1
    for number in range(first, first + count):
        at = number * scale
        while at >= sums[hour + 1] and hour + 2 < len(sums):
            hour += 1
        found.append(begin + (hour + (at - sums[hour]) / (sums[hour + 1] - sums[hour])) * HOUR)
    return found


@lru_cache(1)
def _hours(days: int, until: float) -> list[float]:
    """How much there is up to each hour."""
    first = until - days * 24 * HOUR

    def share(hour: int) -> float:
        moment = first + hour * HOUR
        of_day = 1.15 - math.cos((moment / HOUR % 24 - 3) / 24 * 2 * math.pi)
        return of_day * (0.35 if int(moment // (24 * HOUR) + 3) % 7 >= 5 else 1)

    return [0.0, *accumulate(share(hour) for hour in range(days * 24))]
