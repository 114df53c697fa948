"""A server and the simulated API behind it, and what tests do with the two."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from anthropic import APIStatusError, AsyncAnthropic

from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.server import SimulatorServer
from harness.server import ClaudeflareServer

CALLER = "caller"
"""Whose key clients bring along."""
CALLER_KEY = f"sk-ant-api03-{CALLER}"
NAMES = ("alpha", "beta", "gamma", "delta", CALLER)
"""Accounts the simulated API knows; their keys are what `ClaudeflareServer.add` makes of these names."""
ORGANIZATIONS = {"alpha": "shared", "delta": "shared"}
"""The others have one each."""
MODEL = "claude-sonnet-4-6"
QUESTION: dict[str, Any] = {
    "model": MODEL,
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "Hello"}],
}


@dataclass
class Stage:
    """Both ends of the product, and the product between them."""

    server: ClaudeflareServer
    upstream: SimulatorServer

    async def clear(self) -> None:
        """No accounts, no faults, nothing seen."""
        await self.server.remove_all()
        self.upstream.world.faults.clear()
        self.upstream.world.seen.clear()

    def client(self, **options: Any) -> AsyncAnthropic:
        """The official client on this server, with the caller's key."""
        return AsyncAnthropic(**{"base_url": self.server.url, "api_key": CALLER_KEY, "max_retries": 0, **options})

    @property
    def seen(self) -> list[SeenRequest]:
        """What has reached the API."""
        return list(self.upstream.world.seen)

    @property
    def asked(self) -> list[str | None]:
        """The accounts it came through, in order."""
        return [request.account for request in self.upstream.world.seen]


def scripted(**answer: Any) -> dict[str, str]:
    """The header that makes the simulated API answer so."""
    return {"x-simulator-answer": json.dumps(answer)}


def fault(*names: str) -> dict[str, str]:
    """The header that makes the simulated API fail so, whatever account the request comes through."""
    return {"x-simulator-fault": ",".join(names)}


def text_of(message: Any) -> str:
    """The text a message begins with."""
    return str(message.content[0].text)


def body_of(error: APIStatusError) -> Any:
    """The JSON an error was answered with."""
    assert isinstance(error.body, dict)
    return error.body


def attempts(record: Any) -> list[tuple[str, str, int | None, str]]:
    """Account, outcome, status and next step of each attempt on record."""
    return [(each["account"], each["outcome"], each["status"], each["nextStep"]) for each in record["attempts"]]
