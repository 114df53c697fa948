"""Finds the server to speak to: a named one, the one that runs on this data directory, or none: control in-process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from claudeflare.client.client import Client
from claudeflare.client.running import server_or_lock
from claudeflare.client.token_choice import choose_token
from claudeflare.client.token_choice import is_loopback as is_loopback
from claudeflare.errors import InvalidInput, Unreachable
from claudeflare.home import Home
from claudeflare.settings import Settings
from claudeflare.settings_sources import LoadedSettings

_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
_IN_PROCESS = "http://127.0.0.1"
NO_SERVER = "No server is running. Start one with `claudeflare serve`, or name one with --url."


class Control(Protocol):
    """The control plane's application in this process."""

    @property
    def app(self) -> Any:
        """The ASGI application."""
        ...

    @property
    def token(self) -> str:
        """The token it accepts."""
        ...


OpenControl = Callable[[Settings], AbstractAsyncContextManager[Control]]
"""Opens control on a data directory. Given by the caller: this package does not know the control plane."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which server a person means, and with which token."""

    loaded: LoadedSettings
    url: str | None = None
    """A server named explicitly; None means the data directory's own."""
    token: str | None = field(default=None, repr=False)
    server_only: bool = False
    """True when the data directory alone will not do: a server has to run."""


@asynccontextmanager
async def connect(target: Target, open_control: OpenControl) -> AsyncIterator[Client]:
    """A client of the target. In-process, no server can start on the data directory while it is open.

    Raises Unreachable and Unauthorized with what to do.
    """
    if target.url is not None:
        async with _over_http(target, target.url) as client:
            yield client
        return
    async with server_or_lock(Home(target.loaded.settings.home)) as url:
        if url is not None:
            async with _over_http(target, url, ours=True) as client:
                yield client
        elif target.server_only:
            raise Unreachable(NO_SERVER)
        else:
            async with (
                open_control(target.loaded.settings) as control,
                _in_process(target.loaded.settings, control) as client,
            ):
                yield client


async def find_server(target: Target) -> str | None:
    """The URL of the target's server; None when none runs on the data directory. Raises as `server_or_lock`."""
    if target.url is not None:
        return target.url
    async with server_or_lock(Home(target.loaded.settings.home)) as url:
        return url


@asynccontextmanager
async def connect_unauthorized(url: str) -> AsyncIterator[Client]:
    """A client of a server for what takes no control token: its health."""
    async with httpx2.AsyncClient(base_url=url, timeout=_TIMEOUT, trust_env=not is_loopback(_host(url))) as http:
        yield Client(http, where=url, token_source="nowhere", url=url)  # noqa: S106


@asynccontextmanager
async def _over_http(target: Target, url: str, *, ours: bool = False) -> AsyncIterator[Client]:
    """`ours`: the data directory itself says that its server listens there, at whatever address of this machine."""
    local = ours or is_loopback(_host(url))
    token, source = choose_token(target.loaded, target.token, url, local=local)
    # A proxy from the environment is for the outside world, never for this machine.
    trust_env = not local
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT, trust_env=trust_env) as http:
        yield Client(http, where=url, token_source=source, url=url)


@asynccontextmanager
async def _in_process(settings: Settings, control: Control) -> AsyncIterator[Client]:
    transport = httpx2.ASGITransport(app=control.app)
    headers = {"authorization": f"Bearer {control.token}"}
    async with httpx2.AsyncClient(base_url=_IN_PROCESS, headers=headers, transport=transport) as http:
        yield Client(http, where=settings.home, token_source="the data directory")  # noqa: S106


def _host(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise InvalidInput(f"{url!r} is not a server's URL: {error}.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidInput(f"{url!r} is not a server's URL; it looks like http://localhost:8080.")
    return parsed.host
