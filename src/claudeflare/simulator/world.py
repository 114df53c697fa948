"""The state of one simulated API: accounts, what is left of limits, what is cached, faults in force, requests seen."""

from __future__ import annotations

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.accounts import Accounts
from claudeflare.simulator.allowances import Allowances
from claudeflare.simulator.cache import PromptCache
from claudeflare.simulator.clock import Clock
from claudeflare.simulator.fault_rules import FaultBoard, FaultRule, check_rule
from claudeflare.simulator.faults import parse_fault
from claudeflare.simulator.oauth.ledger import Ledger
from claudeflare.simulator.oauth.options import OAuthOptions
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.pacing import INSTANT, Pacing
from claudeflare.simulator.resources.holdings import Holdings
from claudeflare.simulator.scenario import Scenario, scenario_of
from claudeflare.simulator.seeding import randomness
from claudeflare.simulator.seen import SeenLog


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
        self.holdings = Holdings()
        self.oauth = Ledger(seed, OAuthOptions())
        self.faults = FaultBoard(randomness(seed, "faults"))
        self.seen = SeenLog()
        self.scenario = Scenario(seed=seed, pacing=pacing, accounts=tuple(accounts))
        """What `restart` goes back to."""

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
        return self.faults.add(rule, self.clock.now())

    def restart(self) -> None:
        """Forget everything and be again as at the start; time goes on."""
        self.accounts = Accounts(self.scenario.accounts)
        self.pacing = self.scenario.pacing
        self.allowances = Allowances()
        self.cache = PromptCache()
        self.holdings = Holdings()
        self.oauth = Ledger(self.seed, self.scenario.oauth)
        self.faults = FaultBoard(randomness(self.seed, "faults"))
        self.seen.restart()
        for rule in self.scenario.faults:
            # A rule counts down as it strikes: the scenario keeps its own.
            self.enforce(msgspec.structs.replace(rule))

    def __repr__(self) -> str:
        return f"<World {self.accounts!r} {self.faults!r} {self.seen!r}>"


def make_world(options: SimulatorOptions) -> World:
    """The world a person asked for. Raises InvalidInput for a bad scenario, accounts file, fault or number."""
    return world_of(scenario_of(options))


def world_of(scenario: Scenario) -> World:
    """The world a scenario describes. Raises InvalidInput when a fault names an account there is not."""
    clock = Clock(scenario.speed, scenario.started_at)
    world = World(Accounts(scenario.accounts), clock, pacing=scenario.pacing, seed=scenario.seed)
    world.scenario = scenario
    world.restart()
    return world
