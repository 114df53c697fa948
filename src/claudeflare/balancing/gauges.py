"""Each known limit of an account as a person would see it: how large, how much is left, when it is whole again."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from claudeflare.balancing.account import AccountState
from claudeflare.balancing.buckets import WORDS, Bucket
from claudeflare.balancing.windows import Window


class LimitGauge(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One limit as of its last reading."""

    kind: str
    """`bucket` (requests or tokens per minute) or `window` (share of a subscription's window)."""
    name: str
    """`requests`, `input tokens`, `output tokens`, `tokens`; `5h`, `7d`, `7d_opus`, `overage`, …"""
    model_class: str = ""
    """The models it holds for; empty: all of them."""
    limit: int | None = None
    remaining: int | None = None
    """At `read_at`."""
    used: float | None = None
    """Share of it that is used up; may exceed 1."""
    resets_at: float | None = None
    """UTC epoch seconds at which all of it is there again."""
    read_at: float = 0.0
    """UTC epoch seconds."""
    status: str = ""
    """Of a window: `allowed`, `allowed_warning` or `rejected`."""


def gauges(state: AccountState) -> list[LimitGauge]:
    """All known limits of one account."""
    found = [_window(window) for window in state.windows.values()]
    for model_class, buckets in state.buckets.items():
        found += [_bucket(WORDS[name], model_class, bucket) for name, bucket, _ in buckets.each()]
    return found


def windows_in(shown: Iterable[LimitGauge]) -> dict[str, Window]:
    """The usage windows among gauges, by name: what whoever reads the gauges has to judge availability by."""
    return {
        gauge.name: Window(
            gauge.name, gauge.model_class, gauge.used or 0.0, gauge.resets_at or 0.0, gauge.status, gauge.read_at
        )
        for gauge in shown
        if gauge.kind == "window"
    }


def _window(window: Window) -> LimitGauge:
    return LimitGauge(
        kind="window",
        name=window.name,
        model_class=window.model_class,
        used=window.used,
        resets_at=window.resets_at,
        read_at=window.read_at,
        status=window.status,
    )


def _bucket(name: str, model_class: str, bucket: Bucket) -> LimitGauge:
    remaining = max(0.0, bucket.remaining)
    return LimitGauge(
        kind="bucket",
        name=name,
        model_class=model_class,
        limit=bucket.limit,
        remaining=int(remaining),
        used=1.0 - remaining / bucket.limit if bucket.limit else 1.0,
        resets_at=bucket.full_at(bucket.read_at),
        read_at=bucket.read_at,
    )
