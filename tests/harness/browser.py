"""A browser as far as signing in goes: keeps cookies, names its page's origin with every write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from harness.rest_api import Api

PAGE = "http://127.0.0.1:8080"
ADDRESS = "192.0.2.7"


@asynccontextmanager
async def browser(api: Api, origin: str = PAGE, address: str = ADDRESS) -> AsyncIterator[httpx2.AsyncClient]:
    """One without a session, behind a gateway that says its address."""
    headers = {"origin": origin, "x-claudeflare-peer": address, "user-agent": "Firefox"}
    transport = httpx2.ASGITransport(app=api.control.app)
    async with httpx2.AsyncClient(base_url=PAGE, headers=headers, transport=transport) as client:
        yield client


async def code(api: Api) -> str:
    """A one-time link's code."""
    link = await api.post("/api/sign-in/link")
    return str(link["path"]).removeprefix("/dashboard#sign-in=")
