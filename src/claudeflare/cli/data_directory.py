"""The data directory for a command that works on its files itself, beside a server or with none able to start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING

import typer

from claudeflare.cli.in_process import open_control
from claudeflare.cli.invocation import Invocation, invocation
from claudeflare.errors import InvalidInput

if TYPE_CHECKING:
    from claudeflare.settings_sources import LoadedSettings


@contextmanager
def server_beside(this: Invocation, loaded: LoadedSettings, *, filed: bool) -> Iterator[str | None]:
    """The URL of the server that runs there; or None, and none can start before the block ends.

    Without a server, with `filed`, what the last one had recorded and not filed is filed first. The block runs outside
    the event loop: it may take long, and Ctrl-C ends it at once.
    """
    import asyncio

    from claudeflare.client.running import server_or_lock
    from claudeflare.home import Home

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        url = runner.run(stack.enter_async_context(server_or_lock(Home(loaded.settings.home))))
        try:
            if url is None and filed:
                runner.run(_file_records(this, loaded))
            yield url
        finally:
            runner.run(stack.aclose())


def own_directory(context: typer.Context) -> Invocation:
    """The invocation. Raises `InvalidInput` when a server was named: its data directory may be anywhere."""
    this = invocation(context)
    if this.url is not None:
        raise InvalidInput("This works on the data directory of this machine: leave out --url and CLAUDEFLARE_URL.")
    return this


async def _file_records(this: Invocation, loaded: LoadedSettings) -> None:
    async with open_control(loaded, this.clock)(loaded.settings):
        pass
