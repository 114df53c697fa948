"""One request as its detail shows it: each part asked for once, when somebody looks at it."""

from __future__ import annotations

import asyncio
from typing import Final

from claudeflare.client.client import Client
from claudeflare.client.resources import Json, Payload
from claudeflare.errors import NotFound
from claudeflare.formatting import epoch
from claudeflare.presentation.recording import Recording, recording_of

FRESH_SECONDS: Final = 10.0
"""How long after its end a request's bodies may still be on their way."""
TRIES: Final = 6
AGAIN_SECONDS: Final = 0.5


class RequestRecord:
    """What the server has of one request. Every method raises what the client raises; NotFound says why."""

    def __init__(self, client: Client, request_id: str, detail: Json, now: float) -> None:
        """`now`: when it is looked at, in epoch seconds."""
        ended = (epoch(detail["timestamp"]) or 0.0) + detail["responseTimeMs"] / 1000
        self._patience = TRIES if now - ended < FRESH_SECONDS else 0
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
                payload = await self._payload()
                self._recording = await asyncio.to_thread(recording_of, payload, self.detail)
            return self._recording

    async def body(self, side: str) -> bytes:
        """One body exactly as it was sent; `side`: request or response."""
        return await self._client.payload_bytes(self.id, side)

    async def _payload(self) -> Payload:
        """Bodies come on record a moment after the request: of one that has just ended they are asked for again."""
        for _ in range(self._patience):
            try:
                payload = await self._client.payload(self.id)
            except NotFound:
                payload = None
            if payload is not None and payload["request"] is not None and payload["response"] is not None:
                return payload
            await asyncio.sleep(AGAIN_SECONDS)
        self._patience = 0
        return await self._client.payload(self.id)

    def __repr__(self) -> str:
        return f"<RequestRecord {self.id}>"
