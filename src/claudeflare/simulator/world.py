"""The state of one simulated API: accounts, what is left of limits, what is cached, faults in force, requests seen."""

from __future__ import annotations

import math

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import Accounts
from claudeflare.simulator.accounts_file import load_accounts
from claudeflare.simulator.allowances import Allowances
from claudeflare.simulator.cache import PromptCache
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.faults import FaultBoard, FaultRule, check_rule, parse_fault, parse_rule
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.seeding import randomness
from claudeflare.simulator.seen import SeenLog


class Pacing(msgspec.Struct, frozen=True):
    """How fast answers are generated, in simulated seconds."""

    ttft: float = 0.0
    """Time to first token."""
    tokens_per_second: float = math.inf

    def seconds(self, tokens: int) -> float:
        """How long generating takes after the first token."""
        return tokens / self.tokens_per_second


INSTANT = Pacing()
"""No pauses at all: what tests want."""


class World:
    """Everything one simulator remembers."""

    def __init__(
        self, accounts: Accounts, clock: Clock, *, pacing: Pacing = INSTANT, seed: int = 0, keep_bodies: bool = False
    ) -> None:
        self.accounts = accounts
        self.clock = clock
        self.pacing = pacing
        self.seed = seed
        self.keep_bodies = keep_bodies
        self.allowances = Allowances()
        self.cache = PromptCache()
        self.faults = FaultBoard(randomness(seed, "faults"))
        self.seen = SeenLog()

    def inject(
        self,
        fault: str,
        *,
        account: str | None = None,
        times: int | None = None,
        probability: float = 1.0,
        path: str | None = None,
    ) -> FaultRule:
        """Put a fault in force, written as `NAME[;key=value…]`; `account` is a name or a key.

        Raises InvalidInput for an unknown fault, parameter or account.
        """
        rule = FaultRule(fault=parse_fault(fault), account=account, path=path, times=times, probability=probability)
        return self.enforce(rule)

    def enforce(self, rule: FaultRule) -> FaultRule:
        """Put a rule in force. Raises InvalidInput when it cannot be meant or names an account there is not."""
        check_rule(rule)
        if rule.account is not None:
            account = self.accounts.named(rule.account)
            if account is None:
                raise InvalidInput(f"There is no account {rule.account!r}: name one of the accounts file, or its key.")
            rule.account = account.name
        return self.faults.add(rule)

    def __repr__(self) -> str:
        return f"<World {self.accounts!r} {self.faults!r} {self.seen!r}>"


def make_world(options: SimulatorOptions) -> World:
    """The world a person asked for. Raises InvalidInput for a bad accounts file, fault or number."""
    if not (options.speed > 0 and options.tokens_per_second > 0 and options.ttft >= 0):
        raise InvalidInput("speed and tokens per second must be above 0, and the time to first token at least 0.")
    accounts = Accounts(load_accounts(options.accounts_file) if options.accounts_file else ())
    pacing = Pacing(options.ttft, options.tokens_per_second)
    world = World(accounts, Clock(options.speed), pacing=pacing, seed=options.seed)
    for fault in options.faults:
        world.enforce(parse_rule(fault))
    return world
