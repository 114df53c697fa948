"""Faults on command: which request is to fail, and how.

A fault is written `NAME[;key=value…]`, for instance `abort-mid-stream;after=3;how=fin`. It comes with one request
(header x-simulator-fault, several separated by commas) or as a rule for an account or for all, some times or always.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from claudeflare.errors import InvalidInput

ANSWERS = (
    "400-credit", "400-disabled", "400-own-limit", "401", "402", "403-account", "429-bucket", "429-model-window",
    "429-ramp", "429-spend", "429-window", "429-windowless", "500", "502", "503", "504", "520", "529", "html-502",
    "not-authorized-use", "on-hold",
)  # fmt: skip
"""Instead of an answer, an error (see `error_variants`)."""
IN_STREAM = ("529-first-event", "error-mid-stream")
"""An error event within a stream; a request that does not stream gets the error as its answer."""
ON_THE_WIRE = ("reset-before-answer", "close-before-answer", "abort-mid-stream", "stall", "slow-first-byte")
"""The connection misbehaves."""
ENCODINGS = ("gzip", "br", "zstd")
"""The answer is compressed, if the client accepts that."""
NAMES = (*ANSWERS, *IN_STREAM, *ON_THE_WIRE, *ENCODINGS, "chunk-bytes")


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """One fault with its parameters; each fault uses those that mean something to it."""

    name: str
    after: int | None = None
    """Events sent before it strikes. Left out: 3; for `stall` not even the head of the answer."""
    seconds: float | None = None
    """Simulated: how long `slow-first-byte` (2) and `stall` (for ever) last; when a window resets."""
    retry_after: float | None = None
    """Seconds in the header of a 429."""
    how: Literal["rst", "fin"] = "rst"
    """How `abort-mid-stream` ends the connection."""
    claim: str | None = None
    """The window of `429-window` (five_hour) and `429-model-window` (seven_day_overage_included)."""
    type: str | None = None
    """The error type of `error-mid-stream` (overloaded_error)."""


class FaultRule(msgspec.Struct, kw_only=True):
    """A fault in force until it has struck `times` times."""

    fault: Fault
    account: str | None = None
    """Name of the account; None means all."""
    path: str | None = None
    """Requests whose path is this; None means all."""
    times: int | None = None
    """How often it still strikes; None means always."""
    probability: float = 1.0


class FaultBoard:
    """The rules in force."""

    def __init__(self, generator: random.Random) -> None:
        self.rules: list[FaultRule] = []
        self._generator = generator

    def add(self, rule: FaultRule) -> FaultRule:
        """Put a rule in force."""
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more faults."""
        self.rules.clear()

    def strike(self, account: str, path: str) -> list[Fault]:
        """The faults this request meets; rules with a count are used up by it."""
        struck = []
        for rule in self.rules:
            if rule.account not in (None, account) or rule.path not in (None, path):
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


def parse_fault(text: str) -> Fault:
    """The fault written as `NAME[;key=value…]`. Raises InvalidInput naming what is allowed."""
    return _fault(*_split(text), text)


def parse_faults(header: str) -> list[Fault]:
    """The faults of a comma list."""
    return [parse_fault(part) for part in header.split(",") if part.strip()]


def parse_rule(text: str) -> FaultRule:
    """The same with `account`, `path`, `times` and `probability` among the parameters. Raises InvalidInput."""
    name, parameters = _split(text)
    scope: dict[str, Any] = {
        key: parameters.pop(key) for key in ("account", "path", "times", "probability") if key in parameters
    }
    fault = _fault(name, parameters, text)
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
    return rule


def first_of(faults: Sequence[Fault], names: Sequence[str]) -> Fault | None:
    """The first fault of one of these names."""
    return next((fault for fault in faults if fault.name in names), None)


def _split(text: str) -> tuple[str, dict[str, str]]:
    name, *pairs = (part.strip() for part in text.split(";"))
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InvalidInput(f"The fault {text!r} is not right: write its parameters as key=value.")
        parameters[key.strip()] = value.strip()
    return name, parameters


def _fault(name: str, parameters: dict[str, str], text: str) -> Fault:
    if name not in NAMES:
        raise InvalidInput(f"There is no fault {name!r}. Faults are: {', '.join(NAMES)}.")
    try:
        return msgspec.convert({**parameters, "name": name}, Fault, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The fault {text!r} is not right: {error}.") from error
