"""One way to spread requests, measured: the same requests for all ways, on accounts cut to a given load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from baselines import ROUTERS
from workload import AGENT_CLASS, MAIN_CLASS

from claudeflare.balancing.account import Account
from claudeflare.balancing.policies.named import POLICIES
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.request import ReplayedRequest
from claudeflare.replay.simulation import Rules, run
from claudeflare.replay.tally import MINUTE, Price, Tally
from claudeflare.simulator.accounts import Limits

CLASSES = (MAIN_CLASS, AGENT_CLASS)
SHARES = {"a": 4, "b": 8, "c": 2, "d": 1}
"""Organization -> its share of all limits."""
ACCOUNTS = (("a1", "a", 5), ("a2", "a", 5), ("b", "b", 20), ("c", "c", 5), ("d", "d", 1))
"""Name, organization, tier: two share one organization's limits."""
INPUT_PER_REQUEST, INPUT_PER_OUTPUT = 2000, 5
"""As in the API's published limits: 2,000,000 input tokens, 400,000 output tokens and 1,000 requests a minute."""


TOGETHER = "all limits in one account"
"""With the queue in front of it. No way to spread requests can do better."""


class Row(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the table."""

    load: float
    """Share of the pool's input tokens per minute that the requests need, if no cache is lost."""
    way: str
    product: bool
    requests: int
    client_limits: int
    """Requests that ended with a limit for their client."""
    upstream_limits: int
    """429 answers of the API."""
    upstream_limits_per_thousand: float
    cache_kept: float
    """Share of the cache-hit tokens that one account without limits would have."""
    wait_p50: float
    """Seconds."""
    wait_p99: float
    wait_max: float
    moves: int
    """Answers from another account than the conversation's last."""
    shares: dict[str, float]
    """Account -> its share of the input tokens that counted."""
    cost: float
    """Of an answered request, against one account without limits: 1.0 is the same."""


def pool(alone: Tally, load: float) -> list[ModelledAccount]:
    """Accounts that these requests load so far, as counted for them on one account without limits."""
    total = sum(SHARES.values())
    need = _need(alone)
    return [
        ModelledAccount(
            account=Account(id=name, name=name, tier=tier),
            organization=organization,
            model_limits={each: _limits(need[each] / load * SHARES[organization] / total) for each in CLASSES},
        )
        for name, organization, tier in ACCOUNTS
    ]


def _need(alone: Tally) -> Counter[str]:
    """Input tokens a minute, by model class; the first and last minute may be cut short."""
    inner = [alone.minutes[minute] for minute in sorted(alone.minutes)[1:-1]]
    need: Counter[str] = Counter()
    for minute in inner:
        need.update(minute)
    return Counter({each: round(amount / len(inner)) for each, amount in need.items()})


def _limits(input_tokens: float) -> Limits:
    return Limits(
        requests=max(1, round(input_tokens / INPUT_PER_REQUEST)),
        input_tokens=round(input_tokens),
        output_tokens=round(input_tokens / INPUT_PER_OUTPUT),
    )


def together(alone: Tally, load: float) -> list[ModelledAccount]:
    """All of the pool's limits in one account: nothing can do better."""
    need = _need(alone)
    limits = {each: _limits(need[each] / load) for each in CLASSES}
    return [ModelledAccount(account=Account(id="all", name="all"), organization="all", model_limits=limits)]


def ways() -> list[str]:
    """The baselines, the product's policies, and what cannot be surpassed."""
    return [*ROUTERS, *POLICIES, TOGETHER]


def measured(
    way: str,
    requests: Sequence[ReplayedRequest],
    accounts: Sequence[ModelledAccount],
    price: Price | None,
    since: float,
) -> Tally:
    """Run the requests that way."""
    router = ROUTERS.get(way) or Rules(policy="session" if way == TOGETHER else way).router
    return run(requests, accounts, router, Tally(price, since))


def row(way: str, load: float, tally: Tally, alone: Tally) -> Row:
    """Sum up."""
    return Row(
        load=load,
        way=way,
        product=way in POLICIES,
        requests=tally.requests,
        client_limits=tally.client_limited,
        upstream_limits=tally.upstream_limits,
        upstream_limits_per_thousand=tally.upstream_limits / tally.requests * 1000,
        cache_kept=tally.cache_read / alone.cache_read,
        wait_p50=tally.wait_at(0.5),
        wait_p99=tally.wait_at(0.99),
        wait_max=max(tally.waits, default=0.0),
        moves=tally.moves,
        shares=_shares(tally),
        cost=_cost_per_answer(tally) / _cost_per_answer(alone) if alone.cost else 0.0,
    )


def _cost_per_answer(tally: Tally) -> float:
    return tally.cost / max(tally.answered_requests, 1)


def _shares(tally: Tally) -> dict[str, float]:
    total = sum(each.limited_input for each in tally.accounts.values()) or 1
    return {id_: round(tally.accounts[id_].limited_input / total, 3) for id_ in sorted(tally.accounts)}


def usable_share(tally: Tally, accounts: Sequence[ModelledAccount], minutes: int = 10) -> float | None:
    """Share of the pooled input used in the minutes before the first client was limited; None when none was."""
    if tally.first_client_limit is None:
        return None
    at, model_class = tally.first_client_limit
    last = int(at // MINUTE)
    used = sum(tally.minutes.get(minute, {}).get(model_class, 0) for minute in range(last - minutes, last))
    organizations = {each.organization: each.limits_of(model_class).input_tokens for each in accounts}
    return used / minutes / sum(organizations.values())
