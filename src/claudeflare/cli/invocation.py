"""What one run of the command line works with, and how a command reaches the API."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

    import typer

    from claudeflare.client.client import Client
    from claudeflare.settings_sources import LoadedSettings

T = TypeVar("T")


@dataclass(slots=True)
class Invocation:
    """The world around a command, and the server its user named."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], float] = time.time
    zone: tzinfo | None = None
    """Zone of the times that are shown; None: the reader's own."""
    url: str | None = None
    token: str | None = field(default=None, repr=False)

    def load(self, **overrides: str | int | None) -> LoadedSettings:
        """The settings in force, values of command line options on top. Raises SettingsError."""
        from claudeflare.settings_sources import load_settings

        return load_settings(self.environ, {name: str(value) for name, value in overrides.items() if value is not None})


def invocation(context: typer.Context) -> Invocation:
    """The invocation of this command."""
    found = context.find_object(Invocation)
    assert found is not None, "the application's callback sets it"
    return found


class Conversation:
    """One connection to the API over several calls, for commands that ask their user something in between."""

    def __init__(self, runner: asyncio.Runner, client: Client) -> None:
        self._runner = runner
        self._client = client

    def call(self, action: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """Run `action` with the client."""
        return self._runner.run(action(self._client))


@contextmanager
def conversation(context: typer.Context) -> Iterator[Conversation]:
    """As `call`, but open until the block ends. Questions are asked outside of any event loop: there Ctrl-C works."""
    import asyncio

    from claudeflare.cli.in_process import open_control
    from claudeflare.client.connection import Target, connect

    this = invocation(context)
    loaded = this.load()
    connection = connect(Target(loaded, this.url, this.token), open_control(loaded, this.clock))
    with asyncio.Runner() as runner:
        client = runner.run(_entered(connection))
        try:
            yield Conversation(runner, client)
        finally:
            runner.run(_left(connection))


async def _entered(connection: AbstractAsyncContextManager[Client]) -> Client:
    return await connection.__aenter__()


async def _left(connection: AbstractAsyncContextManager[Client]) -> None:
    await connection.__aexit__(None, None, None)


def call(context: typer.Context, action: Callable[[Client], Awaitable[T]], *, server_only: bool = False) -> T:
    """Run `action` with a client of the server that is meant; without one, on the data directory itself."""
    import asyncio

    from claudeflare.cli.in_process import open_control
    from claudeflare.client.connection import Target, connect

    this = invocation(context)
    loaded = this.load()

    async def work() -> T:
        target = Target(loaded, this.url, this.token, server_only)
        async with connect(target, open_control(loaded, this.clock)) as client:
            return await action(client)

    return asyncio.run(work())
