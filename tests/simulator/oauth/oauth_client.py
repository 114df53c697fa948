"""A client that signs in, as far as tests need one."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import httpx2

from claudeflare.simulator.server import SimulatorServer

CLIENT_ID = "test-client"
REDIRECT = "http://localhost:9/callback"
VERIFIER = "v" * 43
STATE = "a-state"
TOKEN = "/v1/oauth/token"
VERSION = {"anthropic-version": "2023-06-01"}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def jwt(expires: float, **claims: Any) -> str:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part({'sub': 'ci', 'exp': expires, **claims})}.signature"


class OAuthClient:
    """Asks the simulator's OAuth side."""

    def __init__(self, api: SimulatorServer, http: httpx2.AsyncClient) -> None:
        self.api = api
        self.http = http

    def question(self, **changes: str) -> dict[str, str]:
        asked = {
            "code": "true",
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": "user:profile user:inference org:create_api_key",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "state": STATE,
            **changes,
        }
        return {name: value for name, value in asked.items() if value}

    async def allow(self, account: str = "max", **changes: str) -> httpx2.Response:
        return await self.http.post(
            "/oauth/authorize",
            params=self.question(**changes),
            data={"account": account},
            headers={"accept": "application/json"},
        )

    async def code(self, account: str = "max", **changes: str) -> str:
        answer = await self.allow(account, **changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["code"])

    async def token(self, **fields: Any) -> httpx2.Response:
        return await self.http.post(TOKEN, json=fields)

    async def exchange(self, code: str, /, **changes: Any) -> httpx2.Response:
        return await self.token(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "state": STATE,
                "redirect_uri": REDIRECT,
                "client_id": CLIENT_ID,
                "code_verifier": VERIFIER,
                **changes,
            }
        )

    async def refresh(self, token: str, client_id: str = CLIENT_ID) -> httpx2.Response:
        return await self.token(grant_type="refresh_token", refresh_token=token, client_id=client_id)

    async def signed_in(self, account: str = "max") -> dict[str, Any]:
        answer = await self.exchange(await self.code(account))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def models(self, token: str, beta: str = "oauth-2025-04-20") -> httpx2.Response:
        headers = {**VERSION, "authorization": f"Bearer {token}", **({"anthropic-beta": beta} if beta else {})}
        return await self.http.get("/v1/models", headers=headers)

    async def ask(self, path: str, token: str, method: str = "GET") -> httpx2.Response:
        headers = {"authorization": f"Bearer {token}", "anthropic-beta": "oauth-2025-04-20"}
        return await self.http.request(method, path, headers=headers)
