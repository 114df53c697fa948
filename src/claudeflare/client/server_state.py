"""The REST client's methods for the server itself: its keys, and how its parts stand."""

from __future__ import annotations

from typing import Any, cast

import httpx2

from claudeflare.client.resources import Json


class ServerStateMethods:
    """Mixed into `Client`, which has the connection."""

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def diagnosis(self) -> Json:
        """How database, journal, disks and gateways stand."""
        return await self._json("GET", "/api/diagnosis")

    async def secrets(self) -> Json:
        """Which keys seal secrets, and where they are kept."""
        return await self._json("GET", "/api/secrets")

    async def rotate_key(self) -> Json:
        """Seal every secret with a new key."""
        return await self._json("POST", "/api/secrets/rotate")

    async def forget_keys(self) -> Json:
        """Keep keys no longer that seal nothing."""
        return await self._json("POST", "/api/secrets/forget")

    async def _json(self, method: str, path: str) -> Json:
        return cast(Json, (await self._answer(method, path)).json())
