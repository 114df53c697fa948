"""Requests that wait for an account, in words: how many, how long, what for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from claudeflare.formatting import count_of, countdown, epoch

if TYPE_CHECKING:
    from claudeflare.client.resources import Queue


def waiting_words(queue: Queue, now: float) -> str:
    """`3 requests for an account, the first for 12 s: 2 for opus, 1 for any model`."""
    lines = queue["lines"]
    since = min((epoch(line["since"]) or now for line in lines), default=now)
    models = Counter[str]()
    for line in lines:
        models[line["modelClass"] or "any model"] += line["count"]
    words = ", ".join(f"{count} for {model}" for model, count in models.most_common())
    return f"{count_of(queue['waiting'], 'request')} for an account, the first for {countdown(now - since)}: {words}"
