"""How long a bench holds, and what wins when an account already has one."""

from __future__ import annotations

from typing import Final

from claudeflare.balancing.account import AccountState, Bench

SHORTEST_SECONDS: Final = 1.0
"""A reset that lies in the past (clocks differ, answers are slow) still keeps the account out this long."""
LONGEST_SECONDS: Final = 8 * 86_400.0
"""The API's longest window is 7 days: a reset later than this is a mistake, ours or theirs."""
LONGEST_SPEND_SECONDS: Final = 32 * 86_400.0
"""Spend limits end with the month."""
FUZZ_SECONDS: Final = (1.0, 30.0)
"""Added to a window's reset, so that not every client of a subscription comes back in the same second."""
OVERLOAD_SECONDS: Final = 10.0
"""A 529 is the provider's state and not the account's, so its bench is short and never grows."""
WINDOWLESS_SECONDS: Final = (30.0, 300.0)
"""First and longest bench for repeated 429 answers that name no window."""


def bench_end(until: float, now: float, longest: float = LONGEST_SECONDS) -> float:
    """A stated end of a limit, made plausible."""
    # The order of the arguments matters: comparisons with a NaN are false, and then the first one is kept.
    return min(now + longest, max(now + SHORTEST_SECONDS, until))


def window_end(until: float, now: float, jitter: float) -> float:
    """A subscription window's reset plus fuzz; `jitter` is in [0, 1)."""
    least, most = FUZZ_SECONDS
    return bench_end(max(now, until) + least + (most - least) * jitter, now)


def windowless_seconds(limits_in_a_row: int) -> float:
    """Length of the bench after the n-th 429 in a row without a window: none, 30 s, 60 s, … 5 min."""
    first, longest = WINDOWLESS_SECONDS
    return 0.0 if limits_in_a_row < 2 else float(min(longest, first * 2.0 ** min(limits_in_a_row - 2, 16)))


def place_bench(state: AccountState, model_class: str, bench: Bench) -> bool:
    """Put `bench` on the account unless the one in force says more; whether it was put.

    What the API stated outranks a guess, and of two equals the longer one stays: that makes the result independent of
    the order in which parallel attempts end and workers hear of one another.
    """
    current = state.benches.get(model_class)
    in_force = current is not None and current.until > bench.since
    if current is not None and in_force and (not current.guess, current.until) >= (not bench.guess, bench.until):
        return False
    state.benches[model_class] = bench
    return True
