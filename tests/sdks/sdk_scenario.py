"""One use of an SDK, and what must come of it: for the SDK, for the API, on record."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

MODEL = "claude-sonnet-4-6"

Values = dict[str, Any]


class OneOf:
    """Equals each of these values: what SDKs name differently."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return other in self.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return f"OneOf{self.values}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """One use of an SDK. Expectations name only what matters: the rest may be anything."""

    name: str
    call: str = "create"
    """What the programs do: `create`, `stream`, `events`, `count_tokens`, `models`, `model`, `batches`, `files`."""
    turns: list[Values] = field(default_factory=lambda: [user("Hello")])
    params: Values = field(default_factory=dict)
    client: Values = field(default_factory=dict)
    """Options of the SDK's client."""
    more: Values = field(default_factory=dict)
    """Other things to tell the program: `padding`, `leave_after`."""
    faults: tuple[tuple[str, Values], ...] = ()
    """In force at the API: the fault, and for whom and how often."""
    sees: list[Values]
    """What the program reports of each turn. `headers` may be named in part."""
    accounts: tuple[str, ...] = ("alpha", "beta")
    """Configured, in this order of priority."""
    asked: list[str] = field(default_factory=lambda: ["alpha"])
    """Accounts the API is asked through, one after the other."""
    retries: list[str] | None = None
    """What the SDK said of its own retries in each request the API saw. None: whatever it said."""
    arrives: Values = field(default_factory=dict)
    """Headers of each request the API saw. None: there is no such header."""
    record: Values = field(default_factory=dict)
    """What the REST API says of the last turn's request."""

    def ask(self, base_url: str, api_key: str) -> Values:
        """The line a program is given."""
        client = {"base_url": base_url, "api_key": api_key, "max_retries": 0, **self.client}
        params = self.params if self.call.startswith("model") else {**CALL_PARAMS[self.call], **self.params}
        return {"call": self.call, "client": client, "params": params, "turns": self.turns, **self.more}

    def __repr__(self) -> str:
        return self.name


CALL_PARAMS: dict[str, Values] = {
    "create": {"model": MODEL, "max_tokens": 1000},
    "stream": {"model": MODEL, "max_tokens": 1000},
    "events": {"model": MODEL, "max_tokens": 1000},
    "count_tokens": {"model": MODEL},
    "batches": {"model": MODEL, "max_tokens": 1000},
    "files": {"model": MODEL, "max_tokens": 1000},
}


def user(said: str, /, *, fault: str = "", headers: Values | None = None, **answer: Any) -> Values:
    """A turn: the user's words, and how the simulated API is to answer them."""
    return {"user": said, "headers": {**_simulated(fault, answer), **(headers or {})}}


def result(found: str, /, **answer: Any) -> Values:
    """A turn: what the tool that was just used has found."""
    return {"result": found, "headers": _simulated("", answer)}


def _simulated(fault: str, answer: Values) -> Values:
    script = {"x-simulator-answer": json.dumps(answer)} if answer else {}
    return {**script, "x-simulator-fault": fault} if fault else script


def answer(**values: Any) -> Values:
    """A message, seen by the program."""
    return {"stop_reason": "end_turn", "model": MODEL, "headers": {"x-claudeflare-account": "alpha"}, **values}


def error(kind: str | OneOf, status: int | None, type_: str, /, **values: Any) -> Values:
    """An error, seen by the program."""
    return {"error": kind, "status": status, "type": type_, **values}
