"""Finds the server to speak to: a named one, the one that runs on this data directory, or none: control in-process."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
import msgspec

from claudeflare.access.control_token import ControlToken
from claudeflare.client.client import Client
from claudeflare.client.running import server_or_lock
from claudeflare.errors import InvalidInput, Unauthorized, Unreachable
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
    token, source = _token(target, local=local)
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


def _token(target: Target, *, local: bool) -> tuple[str, str]:
    """The control token to use and where it came from.

    What the data directory holds, its token and its config.toml, opens this machine's server: it is never sent to
    another machine.
    """
    if target.token:
        return target.token, "--token"
    settings, sources = target.loaded.settings, target.loaded.sources
    if not local:
        outside = {name: "" for name in ("token", "token_file") if sources[name].startswith("file")}
        settings = msgspec.structs.replace(settings, **outside)
    file = Home(settings.home).control_token
    if settings.token or settings.token_file:
        source = sources["token" if settings.token else "token_file"]
    elif not local:
        raise Unauthorized(f"{target.url} needs its control token: set CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE.")
    elif not file.exists():
        raise Unauthorized(f"There is no control token in {file}: set CLAUDEFLARE_TOKEN to the server's.")
    else:
        source = str(file)
    return ControlToken.load(settings, file).value, source


def _host(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise InvalidInput(f"{url!r} is not a server's URL: {error}.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidInput(f"{url!r} is not a server's URL; it looks like http://localhost:8080.")
    return parsed.host


def is_loopback(host: str) -> bool:
    """Whether a host of a URL can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
