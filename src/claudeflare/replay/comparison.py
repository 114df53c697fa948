"""The same requests under several policies, step by step, so that whoever asked can see how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import UNLIMITED, MakeRouter, Rules, Simulation, alone
from claudeflare.replay.tally import Price, Tally

EVENTS_AT_ONCE = 5_000
"""Between two looks at how far it is: some tenths of a second."""


class Fared(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests fared under one policy."""

    strategy: str
    tally: Tally


class Comparison(msgspec.Struct, frozen=True):
    """Everything that was found."""

    fared: list[Fared]
    undisturbed: Tally
    """The same on one account without limits."""


def compare(
    requests: Sequence[ReplayedRequest], accounts: Sequence[ModelledAccount], rules: Sequence[Rules], price: Price
) -> Iterator[float | Comparison]:
    """Share that is done, from 0 to 1, again and again; at last the comparison."""
    runs: list[tuple[Sequence[ModelledAccount], MakeRouter]] = [([UNLIMITED], alone)]
    runs += [(accounts, each.router) for each in rules]
    total = max(len(requests) * len(runs), 1)
    tallies: list[Tally] = []
    for used, make_router in runs:
        tally = Tally(price)
        simulation = Simulation(requests, used, make_router, tally)
        while simulation.advance(EVENTS_AT_ONCE):
            yield (len(tallies) * len(requests) + tally.requests) / total
        tallies.append(tally)
    fared = [Fared(strategy=each.policy, tally=tally) for each, tally in zip(rules, tallies[1:], strict=True)]
    yield Comparison(fared, tallies[0])
