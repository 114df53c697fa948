"""The real API over a real database, called without a socket; time stands still unless a test moves it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from claudeflare.api.services import Services
from claudeflare.control.composition import NO_SOURCES, Control, open_control
from claudeflare.journal.records import Finished
from claudeflare.providers.usage import TokenCounts
from claudeflare.settings import Settings
from claudeflare.storage.records import PricedRequest

NOW = 1_795_000_000.0
"""2026-11-18T11:06:40Z."""


def words(text: str) -> set[str]:
    """Names of fields, written as a reader likes them."""
    return set(text.split())


@dataclass
class Clock:
    """Time that a test moves by hand."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Api:
    """A caller with the control token, and what stands behind the API."""

    client: httpx2.AsyncClient
    control: Control
    clock: Clock

    @property
    def services(self) -> Services:
        services: Services = self.control.app.state.services
        return services

    async def get(self, path: str, **options: Any) -> Any:
        """The JSON of an answer that has to be good."""
        response = await self.client.get(path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: Any = None) -> Any:
        response = await self.client.post(path, json=body)
        assert response.is_success, response.text
        return response.json()

    async def refused(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, code and message of an answer that has to be an error, in the one shape."""
        response = await self.client.request(method, path, **options)
        body = response.json()
        assert set(body) == {"error", "code", "details"}
        return response.status_code, body["code"], body["error"]

    async def add(self, name: str, **fields: Any) -> Any:
        return await self.post("/api/accounts", {"name": name, "apiKey": f"sk-ant-{name}"} | fields)

    def record(
        self, request_id: str, *, tokens: TokenCounts | None = None, cost: float | None = None, **fields: Any
    ) -> None:
        """Store a finished request."""
        given: dict[str, Any] = {
            "started_at": NOW,
            "method": "POST",
            "path": "/v1/messages",
            "terminal_state": "complete",
            "status": 200,
        }
        finished = Finished(**{"id": request_id} | given | fields)
        priced = PricedRequest(finished=finished, tokens=tokens or TokenCounts(), cost_usd=cost)
        self.services.requests.write_batch(opened=[], finished=[priced], changed=[], shed={})


@asynccontextmanager
async def open_api(home: Path, sources: Mapping[str, str] = NO_SOURCES, **settings: Any) -> AsyncIterator[Api]:
    """The API on a data directory, with settings of the test's own."""
    clock = Clock()
    chosen = Settings(**{"home": str(home)} | settings)
    async with open_control(chosen, home / "journal", sources=sources, clock=clock) as control:
        transport = httpx2.ASGITransport(app=control.app)
        headers = {"authorization": f"Bearer {control.token}"}
        async with httpx2.AsyncClient(base_url="http://127.0.0.1:8080", headers=headers, transport=transport) as client:
            yield Api(client, control, clock)
