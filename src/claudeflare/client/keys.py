"""The REST client's methods for `/api/keys`."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

import httpx2

from claudeflare.client.resources import Json


class KeyMethods:
    """Mixed into `Client`, which has the connection."""

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def keys(self, *, revoked: bool = False) -> list[Json]:
        """Client keys, newest first; `revoked`: those that are revoked as well."""
        found: list[Json] = []
        params = {"revoked": "true"} if revoked else {}
        while True:
            response = await self._answer("GET", "/api/keys", params=params)
            found += response.json()
            if not (cursor := response.headers.get("x-next-cursor")):
                return found
            params = {**params, "cursor": cursor}

    async def make_key(self, limits: Json) -> Json:
        """Make a client key; the secret is in `key` of this answer alone. Raises Conflict for a name that is taken."""
        return cast(Json, (await self._answer("POST", "/api/keys", json=limits)).json())

    async def change_key(self, name: str, limits: Json) -> Json:
        """Change what is named; None takes a limit away. Raises NotFound."""
        return cast(Json, (await self._answer("PATCH", _path(name), json=limits)).json())

    async def revoke_key(self, name: str) -> Json:
        """Let a client key open nothing any more, for good. Raises NotFound."""
        return cast(Json, (await self._answer("DELETE", _path(name))).json())


def _path(name: str) -> str:
    return f"/api/keys/{quote(name, safe='')}"
