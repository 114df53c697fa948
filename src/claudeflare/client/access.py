"""The REST client's methods for who may use a server and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict, cast
from urllib.parse import quote

import httpx2

PAGE: Final = 200
"""Entries asked for at once."""


class SignInLink(TypedDict):
    """Signs one browser in, once."""

    url: str
    path: str
    expiresAt: str


class Session(TypedDict):
    """A signed-in browser. Times are ISO 8601 in UTC."""

    kind: str
    id: str
    created: str
    expiresAt: str
    lastUsed: str
    address: str | None
    userAgent: str | None


class RotatedToken(TypedDict):
    """A new control token."""

    token: str
    sessionsEnded: int


class AuditEntry(TypedDict):
    """One change that somebody made."""

    id: int
    at: str
    who: str
    sessionId: str | None
    address: str | None
    action: str
    subject: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AccessMethods:
    """Mixed into `Client`, which has the connection."""

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def sign_in_link(self) -> SignInLink:
        """A link that signs a browser in, once and within a minute."""
        return cast(SignInLink, (await self._answer("POST", "/api/sign-in/link")).json())

    async def sessions(self) -> list[Session]:
        """Browsers that are signed in, newest first."""
        return cast(list[Session], (await self._answer("GET", "/api/sessions")).json())

    async def end_session(self, session_id: str) -> dict[str, Any]:
        """Sign a browser out. Raises NotFound when it is not signed in."""
        answer = await self._answer("DELETE", f"/api/sessions/{quote(session_id, safe='')}")
        return cast(dict[str, Any], answer.json())

    async def rotate_token(self) -> RotatedToken:
        """Make a new control token; this client's own opens nothing any more. Raises Conflict when the owner set it."""
        return cast(RotatedToken, (await self._answer("POST", "/api/token/rotate")).json())

    async def changes(self, filters: Mapping[str, str | None], limit: int) -> list[AuditEntry]:
        """Who changed what, newest first."""
        found: list[AuditEntry] = []
        params = {name: value for name, value in filters.items() if value is not None}
        while len(found) < limit:
            page = {"limit": str(min(PAGE, limit - len(found)))}
            response = await self._answer("GET", "/api/audit", params={**params, **page})
            found += cast(list[AuditEntry], response.json())
            if not (cursor := response.headers.get("x-next-cursor")):
                break
            params["cursor"] = cursor
        return found
