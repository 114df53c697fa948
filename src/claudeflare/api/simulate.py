"""`/api/simulate`: recorded requests run again under other rules, in virtual time. Nothing is sent anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from claudeflare.api.account_defaults import effective
from claudeflare.api.schemas.simulate import AccountToAssume, LimitsToAssume, Simulated, WhatIf
from claudeflare.api.services import Services, ServicesOf
from claudeflare.api.simulated_view import simulated_strategy
from claudeflare.api.times import parse_moment, to_iso
from claudeflare.balancing.account import Account
from claudeflare.balancing.failover import RetryRules
from claudeflare.errors import ClaudeflareError, Conflict, InvalidInput
from claudeflare.formatting import count_of
from claudeflare.ingest.pricing import PriceTable
from claudeflare.providers.usage import BilledPart, TokenCounts
from claudeflare.replay.assumed_limits import TIERS, modelled_accounts, published
from claudeflare.replay.comparison import Comparison, compare
from claudeflare.replay.modelled_account import ModelledAccount
from claudeflare.replay.recorded import Recorded, replayed
from claudeflare.replay.simulation import Rules
from claudeflare.replay.tally import Price
from claudeflare.settings import STRATEGIES
from claudeflare.simulator.accounts import Limits
from claudeflare.storage.account_rules import tier as checked_tier
from claudeflare.storage.records import RequestFilter, RequestSummary

router = APIRouter(prefix="/api", tags=["simulate"])

MOST_REQUESTS: Final = 200_000
"""Simulated at once; of more, the newest. They take about a minute under each strategy."""
PAGE: Final = 1_000
LINES: Final = "application/x-ndjson"


@router.post("/simulate", response_model=Simulated)
def simulate(wanted: WhatIf, services: ServicesOf, accept: Annotated[str, Header()] = "") -> Response:
    """How recorded requests would have fared under other strategies, other accounts, or another longest wait.

    Asked for `application/x-ndjson` it answers in lines: `{"done": 0.42}` as it goes on, at last `{"result": …}`.
    """
    steps = _steps(wanted, services)
    next(steps)  # what refuses does so before an answer begins
    if LINES in accept:
        return StreamingResponse(_lines(steps), media_type=LINES)
    *_, last = steps
    assert isinstance(last, Simulated)
    return Response(last.model_dump_json(by_alias=True), media_type="application/json")


def _lines(steps: Iterator[float | Simulated]) -> Iterator[str]:
    try:
        for step in steps:
            if isinstance(step, Simulated):
                yield f'{{"result": {step.model_dump_json(by_alias=True)}}}\n'
            else:
                yield f'{{"done": {step:.4f}}}\n'
    except ClaudeflareError as error:
        # The answer has begun: its status can say nothing any more.
        yield json.dumps({"error": str(error)}) + "\n"


def _steps(wanted: WhatIf, services: Services) -> Iterator[float | Simulated]:
    """The share that is done, from 0.0 on, and at last the result."""
    current = services.strategy.current()
    unknown = [name for name in wanted.strategies if name not in STRATEGIES]
    if unknown:
        raise InvalidInput(f"There is no strategy {unknown[0]!r}; choose one of: {', '.join(STRATEGIES)}.")
    names = list(dict.fromkeys([current, *wanted.strategies]))
    since = parse_moment(wanted.since, services.clock())
    accounts, assumed = _accounts(wanted, services)
    if not accounts:
        raise InvalidInput("There are no accounts to simulate with: add one, or name some in `accounts`.")
    rules = [_rules(name, wanted, services) for name in names]
    return _simulated(services, since, accounts, assumed, rules)


def _simulated(
    services: Services, since: float, accounts: list[ModelledAccount], assumed: list[str], rules: list[Rules]
) -> Iterator[float | Simulated]:
    if not services.simulating.acquire(blocking=False):
        raise Conflict("Another simulation is running; try again when it has ended.")
    try:
        yield 0.0
        recorded = replayed(_records(services, since))
        assumed = [*assumed, *_about(recorded)]
        for step in compare(recorded.requests, accounts, rules, price()):
            if not isinstance(step, Comparison):
                yield step
                continue
            names = {each.account.id: each.account.name for each in accounts}
            yield Simulated(
                since=to_iso(since),
                requests=len(recorded.requests),
                left_out=recorded.left_out,
                assumed=assumed,
                strategies=[simulated_strategy(each, step.undisturbed, names) for each in step.fared],
            )
    finally:
        services.simulating.release()


def _records(services: Services, since: float) -> Iterator[RequestSummary]:
    """The newest first, page by page."""
    cursor, left = None, MOST_REQUESTS
    while left > 0:
        page, cursor = services.requests.list(RequestFilter(since=since), cursor, min(PAGE, left))
        yield from page
        left -= len(page)
        if cursor is None:
            return


def _about(recorded: Recorded) -> Iterator[str]:
    if recorded.refused:
        yield (
            f"{count_of(recorded.refused, 'request')} met a limit then: tokens are taken from the body's size, "
            "and answers to be of average length."
        )
    if len(recorded.requests) + recorded.left_out >= MOST_REQUESTS:
        yield f"Only the newest {MOST_REQUESTS:,} records are simulated."
    yield "Requests come when they came, whatever waits; nothing is sent again by clients; no account fails."
    yield "Conversations share no prompts with one another, so caches hold a little less than in reality."


def _rules(name: str, wanted: WhatIf, services: Services) -> Rules:
    settings = services.settings
    return Rules(
        policy=name,
        session_seconds=settings.session_duration / 1000,
        binding_outranks_priority=settings.session_outranks_priority,
        queue_max_wait=settings.queue_max_wait if wanted.queue_max_wait is None else wanted.queue_max_wait,
        queue_limit=settings.queue_limit,
        queue_limit_bytes=settings.queue_limit_bytes,
        retries=RetryRules(
            attempts=settings.retry_attempts,
            delay_seconds=settings.retry_delay_ms / 1000,
            backoff=settings.retry_backoff,
            start_deadline=settings.start_deadline,
        ),
    )


def _accounts(wanted: WhatIf, services: Services) -> tuple[list[ModelledAccount], list[str]]:
    if wanted.accounts is not None:
        return [_assumed(each) for each in wanted.accounts], [
            "The accounts and their limits are those that were named."
        ]
    accounts = [effective(stored.account, services.settings) for stored in services.accounts.list()]
    states = services.states.by_account()
    organizations = {id_: state.organization_id for id_, state in states.items()}
    return modelled_accounts(accounts, organizations, services.gateways.gauges())


def _assumed(each: AccountToAssume) -> ModelledAccount:
    account = Account(id=each.name, name=each.name, tier=checked_tier(each.tier), priority=each.priority)
    limits, top = published(TIERS[account.tier])
    named = {name: _limits(one) for name, one in each.model_limits.items()}
    return ModelledAccount(
        account=account,
        organization=each.organization or f"of {each.name}",
        limits=limits if each.limits is None else _limits(each.limits),
        model_limits=named if each.limits is not None else {**top, **named},
    )


def _limits(one: LimitsToAssume) -> Limits:
    return Limits(one.requests, one.input_tokens, one.output_tokens)


def price() -> Price:
    """By the prices that records are filed with."""
    table = PriceTable()

    def cost(model: str, tokens: TokenCounts, at: float) -> float | None:
        return table.cost([BilledPart(model=model, tokens=tokens)], at)

    return cost
