"""A reader of server-sent events over a real connection, and control to read them from."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from claudeflare.api.services import Services
from claudeflare.control.composition import Control
from claudeflare.control.http_server import HttpServer
from claudeflare.settings import Settings
from claudeflare.tasks import TaskKeeper
from harness.control_server import control_here


@dataclass(frozen=True)
class Told:
    """One event."""

    id: str
    kind: str
    data: Any


@dataclass(frozen=True)
class Watched:
    """Control with its API on a port."""

    url: str
    control: Control

    @property
    def services(self) -> Services:
        services: Services = self.control.app.state.services
        return services

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.control.token}"}

    @asynccontextmanager
    async def stream(
        self, path: str, after: str | None = None, params: Mapping[str, str] | None = None
    ) -> AsyncIterator[AsyncIterator[Told]]:
        """What a stream tells, from its first event."""
        headers = self.headers | ({} if after is None else {"last-event-id": after})
        async with (
            httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=20, trust_env=False) as client,
            client.stream("GET", path, params=params) as response,
        ):
            assert response.status_code == 200, await response.aread()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _events(response)

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer that has to be good."""
        async with httpx2.AsyncClient(base_url=self.url, headers=self.headers, trust_env=False) as client:
            response = await client.request(method, path, json=body)
            assert response.is_success, response.text
            return response.json()


@asynccontextmanager
async def watched(home: Path, port: int = 0, **settings: Any) -> AsyncIterator[Watched]:
    """Control on a data directory, served; a free port unless one is named."""
    chosen = Settings(**{"home": str(home)} | settings)
    tasks = TaskKeeper()
    with socket.create_server(("127.0.0.1", port)) as listener:
        async with control_here(chosen) as control:
            server = HttpServer(control.app, chosen.keep_alive_timeout, on_serving=lambda: None)
            serving = tasks.start(server.serve([listener]), "serve")
            try:
                yield Watched(f"http://127.0.0.1:{listener.getsockname()[1]}", control)
            finally:
                control.live.end_streams()
                server.stop()
                await serving


async def _events(response: httpx2.Response) -> AsyncIterator[Told]:
    event: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            event[name] = value
        else:
            if "data" in event:
                yield Told(event["id"], event.get("event", "message"), json.loads(event["data"]))
            event = {}
