"""The control plane in this process, for commands that work without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from claudeflare.home import Home

if TYPE_CHECKING:
    from claudeflare.client.connection import Control, OpenControl
    from claudeflare.settings import Settings
    from claudeflare.settings_sources import LoadedSettings


def open_control(loaded: LoadedSettings, clock: Callable[[], float]) -> OpenControl:
    """What opens control on the data directory when no server runs there; nothing is imported before.

    Requests that a server recorded but had not filed when it ended are read first: they belong to the answer.
    """

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncIterator[Control]:
        from claudeflare.control.composition import open_control

        journal = Home(settings.home).journal
        async with open_control(settings, journal, sources=loaded.sources, clock=clock) as control:
            await control.payload_journal.catch_up()
            yield control

    return opened
