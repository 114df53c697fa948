"""What answers teach of an account's limits, and how much of them a request would find left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from claudeflare.balancing import windows
from claudeflare.balancing.account import AccountState, Bench, BenchKind
from claudeflare.balancing.buckets import ClassBuckets
from claudeflare.balancing.change import BenchCleared, Change
from claudeflare.balancing.lease import Lease
from claudeflare.balancing.limit_reading import ALLOWED, LimitReading
from claudeflare.balancing.windows import Window

CLASS_LIMIT: Final = 64
"""Model classes kept of an organization, and windows of an account. There are a handful; answers name them."""
CAPACITY_SHARE: Final = 0.1
"""Left in every bucket, this much ends a bench before its time: less may not fit the request that was refused."""


def learn(lease: Lease, reading: LimitReading, states: Mapping[str, AccountState], now: float) -> list[Change]:
    """Take over what an answer to `lease` said. What it shows of capacity ends benches before their time.

    Requests may be answered in another order than they were sent in: what the answer to an earlier one says is older.
    """
    state, model_class = lease.state, lease.model_class
    changes: list[Change] = []
    if reading.buckets:
        buckets = _buckets_of(state, model_class)
        if buckets.learn(lease.number, reading.buckets, now) and state.benches and _have_capacity(buckets, now):
            for account_id, each in states.items():
                if each.buckets is state.buckets:
                    changes += _clear(account_id, each, model_class, (BenchKind.BUCKET, BenchKind.RAMP), now)
    if (reading.windows or reading.extra_usage) and lease.number >= state.windows_read_by:
        state.windows_read_by = lease.number
        for one in reading.windows:
            _put(state.windows, windows.window_of(one, model_class, now))
        state.extra_usage_until = _extra_usage_end(state, model_class, now) if reading.extra_usage else 0.0
        if state.benches and not reading.extra_usage:
            changes += _after_windows(lease, now)
    return changes


def share_left(state: AccountState, model_class: str, now: float) -> float:
    """Predicted share of the tightest limit that is neither used nor promised, 0 to 1; 1.0 when none is known."""
    share = windows.share_left(state.windows, model_class, now) if state.windows else 1.0
    buckets = state.buckets.get(model_class) if state.buckets else None
    return share if buckets is None else min(share, buckets.share_left(now))


def is_close(state: AccountState, model_class: str, now: float) -> bool:
    """The API has warned of a usage window's end, or serves this account beyond its plan."""
    if not state.windows:
        return False
    return state.extra_usage_until > now or windows.is_close(state.windows, model_class, now)


def _buckets_of(state: AccountState, model_class: str) -> ClassBuckets:
    buckets = state.buckets.get(model_class)
    if buckets is None:
        if len(state.buckets) >= CLASS_LIMIT:
            del state.buckets[next(iter(state.buckets))]
        buckets = state.buckets[model_class] = ClassBuckets()
    return buckets


def _put(kept: dict[str, Window], window: Window) -> None:
    if window.name not in kept and len(kept) >= CLASS_LIMIT:
        del kept[next(iter(kept))]
    kept[window.name] = window


def _extra_usage_end(state: AccountState, model_class: str, now: float) -> float:
    """When the plan has something left again: at the reset of the window that is used most."""
    in_force = list(windows.in_force(state.windows, model_class, now))
    if not in_force:
        return now + windows.UNSTATED_SECONDS
    return max(in_force, key=lambda window: (window.used, window.resets_at)).resets_at


def _have_capacity(buckets: ClassBuckets, now: float) -> bool:
    return buckets.share_left(now) >= CAPACITY_SHARE


def _after_windows(lease: Lease, now: float) -> Iterator[Change]:
    """Ends benches by windows that the newest reading shows to be far from their end."""
    state = lease.state
    for scope in ("", lease.model_class) if lease.model_class else ("",):
        in_force = list(windows.in_force(state.windows, scope, now))
        if in_force and all(window.status == ALLOWED and not window.exhausted for window in in_force):
            yield from _clear(lease.account.id, state, scope, (BenchKind.WINDOW,), now)


def _clear(
    account_id: str, state: AccountState, model_class: str, kinds: tuple[BenchKind, ...], now: float
) -> Iterator[Change]:
    bench: Bench | None = state.benches.get(model_class)
    if bench is not None and bench.kind in kinds and not bench.guess:
        del state.benches[model_class]
        if bench.until > now:
            yield BenchCleared(account_id, model_class)
