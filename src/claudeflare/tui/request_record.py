"""One request as its detail shows it: each part asked for once, when somebody looks at it."""

from __future__ import annotations

import asyncio

from claudeflare.client.client import Client
from claudeflare.client.resources import Json
from claudeflare.presentation.recording import Recording, recording_of


class RequestRecord:
    """What the server has of one request. Every method raises what the client raises; NotFound says why."""

    def __init__(self, client: Client, request_id: str, detail: Json) -> None:
        self.id = request_id
        self.detail = detail
        self._client = client
        self._explanation: Json | None = None
        self._cost: Json | None = None
        self._recording: Recording | None = None
        self._reading = asyncio.Lock()

    async def explanation(self) -> Json:
        """Why it went where it went."""
        if self._explanation is None:
            self._explanation = await self._client.explain(self.id)
        return self._explanation

    async def cost(self) -> Json:
        """What it cost."""
        if self._cost is None:
            self._cost = await self._client.request_cost(self.id)
        return self._cost

    async def recording(self) -> Recording:
        """What was said. Two parts of the detail want it, and it may be megabytes: fetched once, read in a thread."""
        async with self._reading:
            if self._recording is None:
                payload = await self._client.payload(self.id)
                self._recording = await asyncio.to_thread(recording_of, payload, self.detail)
            return self._recording

    async def body(self, side: str) -> bytes:
        """One body exactly as it was sent; `side`: request or response."""
        return await self._client.payload_bytes(self.id, side)

    def __repr__(self) -> str:
        return f"<RequestRecord {self.id}>"
