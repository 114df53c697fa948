"""Which requests a fault strikes: of one account or all, some times or always, by chance, on a schedule."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.simulator.faults import Fault, make_fault, split_fault

SCOPE = ("account", "path", "model", "times", "probability", "at", "lasts", "every")
"""Parameters that are the rule's and not the fault's."""


class FaultRule(msgspec.Struct, kw_only=True):
    """A fault in force until it has struck `times` times."""

    fault: Fault
    account: str | None = None
    """Name of the account; None means all."""
    path: str | None = None
    """Requests whose path is this; None means all."""
    model: str | None = None
    """Models whose id begins with this, or a model class such as `opus`; None means all."""
    times: int | None = None
    """How often it still strikes; None means always."""
    probability: float = 1.0
    at: float = 0.0
    """Simulated seconds after the rule was made, or the simulator started: before, it does not strike."""
    lasts: float | None = None
    """For so many seconds; None means for ever."""
    every: float | None = None
    """Again and again, so many seconds after the last time."""
    number: int = 0
    """Which rule it is, for whoever wants to lift it. Given by the board."""
    since: float = 0.0
    """When it was made: simulated UTC epoch seconds. Given by the board."""

    def concerns(self, account: str, path: str, model: str) -> bool:
        """Whether a request is one of those it is for."""
        line = model.split("-")[1] if model.count("-") else model
        return (
            self.account in (None, account)
            and self.path in (None, path)
            and (self.model is None or self.model == line or model.startswith(self.model))
        )

    def is_on(self, now: float) -> bool:
        """Whether its schedule has it strike now."""
        passed = now - self.since - self.at
        if passed < 0:
            return False
        if self.every is not None:
            passed %= self.every
        return self.lasts is None or passed < self.lasts


class FaultBoard:
    """The rules in force."""

    def __init__(self, generator: random.Random) -> None:
        self.rules: list[FaultRule] = []
        self._generator = generator
        self._count = 0

    def add(self, rule: FaultRule, now: float) -> FaultRule:
        """Put a rule in force."""
        self._count += 1
        rule.number, rule.since = self._count, now
        self.rules.append(rule)
        return rule

    def lift(self, number: int) -> bool:
        """Take one rule out of force; False when there is none of this number."""
        before = len(self.rules)
        self.rules = [rule for rule in self.rules if rule.number != number]
        return len(self.rules) < before

    def clear(self) -> None:
        """No more faults."""
        self.rules.clear()

    def strike(self, account: str, path: str, model: str, now: float, *, path_named: bool = False) -> list[Fault]:
        """The faults this request meets; rules with a count are used up by it.

        With `path_named` only rules that name its path: those that name none are for the API itself.
        """
        struck = []
        for rule in self.rules:
            if not (rule.concerns(account, path, model) and rule.is_on(now)) or (path_named and rule.path is None):
                continue
            if rule.probability < 1 and self._generator.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            struck.append(rule.fault)
        self.rules = [rule for rule in self.rules if rule.times is None or rule.times > 0]
        return struck

    def __repr__(self) -> str:
        return f"<FaultBoard {[rule.fault.name for rule in self.rules]}>"


def parse_rule(text: str) -> FaultRule:
    """The rule written as `NAME[;key=value…]`, its own parameters among the fault's. Raises InvalidInput."""
    name, parameters = split_fault(text)
    return make_rule(name, parameters, text)


def make_rule(name: str, parameters: dict[str, Any], text: str) -> FaultRule:
    """The rule for the fault of this name; parameters are the rule's and the fault's. Raises InvalidInput."""
    scope: dict[str, Any] = {key: value for key, value in parameters.items() if key in SCOPE}
    fault = make_fault(name, {key: value for key, value in parameters.items() if key not in SCOPE}, text)
    scope["fault"] = {"name": name}
    try:
        rule = msgspec.convert(scope, FaultRule, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The fault {text!r} is not right: {error}.") from error
    return check_rule(msgspec.structs.replace(rule, fault=fault))


def check_rule(rule: FaultRule) -> FaultRule:
    """The rule, if its numbers can be meant. Raises InvalidInput."""
    if rule.times is not None and rule.times < 1:
        raise InvalidInput("times must be at least 1; leave it out for a fault that always strikes.")
    if not 0 <= rule.probability <= 1:
        raise InvalidInput("probability must be between 0 and 1.")
    if not (rule.at >= 0 and (rule.lasts is None or rule.lasts > 0)):
        raise InvalidInput("at must be at least 0 seconds, and lasts above 0.")
    if rule.every is not None and not (rule.lasts is not None and rule.lasts <= rule.every):
        raise InvalidInput("every needs lasts, and must be at least as long.")
    return rule
