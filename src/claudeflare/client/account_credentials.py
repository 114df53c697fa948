"""The REST client's methods for what opens accounts: credentials to give, and sign-ins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

import httpx2

from claudeflare.client.resources import Account


class NewCredential(TypedDict, total=False):
    """What opens an account, by its mode. Secrets travel in the body only."""

    apiKey: str
    token: str
    profile: str | None
    configDir: str | None
    assertionFile: str | None
    federationRuleId: str | None
    organizationId: str | None
    serviceAccountId: str | None
    workspaceId: str | None
    acceptTerms: bool


class NewAccount(NewCredential):
    """What adding an account takes, or signing in to a new one."""

    name: str
    mode: str
    tier: int
    priority: int
    baseUrl: str | None
    reserve: NotRequired[float | None]
    allowExtraUsage: NotRequired[bool | None]


class SignInBegun(TypedDict):
    """A sign-in under way."""

    authUrl: str
    sessionId: str
    expiresAt: str


class CredentialMethods:
    """Mixed into `Client`, which has the connection."""

    async def _answer(self, method: str, path: str, **content: Any) -> httpx2.Response:
        raise NotImplementedError

    async def login(self, name: str, credential: NewCredential) -> Account:
        """Give an account another credential of its mode. Raises InvalidInput, TermsNotAccepted."""
        path = f"/api/accounts/{quote(name, safe='')}/login"
        return cast(Account, (await self._answer("POST", path, json=credential)).json())

    async def begin_sign_in(self, wanted: Mapping[str, Any]) -> SignInBegun:
        """Begin to sign in to an account, as often as wanted. Raises InvalidInput, Conflict, TermsNotAccepted."""
        return cast(SignInBegun, (await self._answer("POST", "/api/oauth/init", json=wanted)).json())

    async def finish_sign_in(self, session_id: str, code: str) -> Account:
        """End it with the code that was pasted; after an error it can be tried again."""
        body = {"sessionId": session_id, "code": code}
        # The server may have to ask its provider twice, for half a minute each.
        timeout = httpx2.Timeout(75.0, connect=5.0)
        return cast(Account, (await self._answer("POST", "/api/oauth/callback", json=body, timeout=timeout)).json())
