"""`claudeflare serve`: checks what only a server must, takes the lock and the sockets, runs a supervisor over them."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from typing import Final

from claudeflare.core_dumps import forbid_core_dumps
from claudeflare.errors import SettingsError
from claudeflare.home import Home
from claudeflare.logs import configure_logging, log_to_files
from claudeflare.settings import Settings
from claudeflare.settings_sources import LoadedSettings
from claudeflare.supervisor.announcement import Announcement, write_announcement
from claudeflare.supervisor.lock import lock_home
from claudeflare.supervisor.process_limits import raise_file_limit
from claudeflare.supervisor.sockets import (
    close_all,
    listen_private,
    listen_public,
    remove_private,
    resolve,
)
from claudeflare.supervisor.supervisor import Commands, Sockets, Supervisor

log = logging.getLogger(__name__)

START_WAIT: Final = 5.0
"""Seconds a new server waits for an old one to give up the lock and the port."""


def serve(settings: Settings, sources: Mapping[str, str]) -> int:
    """Run a server until it is told to stop; returns the exit status. Blocks, and needs the main thread.

    `settings` and `sources` are as loaded. Raises `AlreadyRunning`, and `SettingsError` for what it cannot start with.
    """
    configure_logging(settings.log_level, settings.log_format, process="supervisor")
    raise_file_limit()
    forbid_core_dumps()
    return asyncio.run(run_server(settings, sources, Commands()))


async def run_server(settings: Settings, sources: Mapping[str, str], commands: Commands) -> int:
    """`serve` within a running loop, and with the children's commands given."""
    address = await resolve(settings.host, settings.port)
    if not address.is_loopback:
        _refuse_without_token(settings, sources)
    home = Home(settings.home)
    _prepare(home)
    deadline = asyncio.get_running_loop().time() + START_WAIT
    with ExitStack() as stack:
        stack.enter_context(closing(await lock_home(home, START_WAIT)))
        # Only now: until it holds the lock, another server may be the one that logs here.
        stack.callback(_stop_logging, log_to_files(home.logs, "supervisor"))
        home.server.unlink(missing_ok=True)  # left by a server that was killed
        public = await listen_public(address, settings.workers, deadline)
        stack.callback(close_all, public)
        control, control_path = listen_private(home.runtime_directory())
        stack.enter_context(closing(control))
        stack.callback(remove_private, control_path)
        stack.callback(home.server.unlink, missing_ok=True)
        port = public[0].getsockname()[1]
        local, url = Announcement(os.getpid(), address.local_url(port)), address.url(port)
        sockets = Sockets(public, control, control_path, exposed=not address.is_loopback)
        loaded = LoadedSettings(settings, dict(sources))
        supervisor = Supervisor(loaded, sockets, home.journal, commands, lambda: _announce(home, local, url))
        return await supervisor.run()


def _refuse_without_token(settings: Settings, sources: Mapping[str, str]) -> None:
    """Whoever reaches the port spends the owner's quota, so beyond this machine everybody has to show something.

    Here the control token; control looks whether there is a client key (`ControlStart.needs_client_key`).
    """
    if not (settings.token or settings.token_file):
        raise SettingsError(
            f"host {settings.host} ({sources.get('host', 'default')}) can be reached by other machines. That needs a "
            "control token of your own: set CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE, and make a client key with "
            "`claudeflare keys add NAME`. Or listen on 127.0.0.1, and reach it from elsewhere through a tunnel (ssh -L)"
        )


def _prepare(home: Home) -> None:
    try:
        home.prepare()
    except OSError as error:
        raise SettingsError(
            f"the data directory {home.directory} cannot be used: {error.strerror}; set CLAUDEFLARE_HOME to another"
        ) from error


def _stop_logging(handler: logging.Handler) -> None:
    logging.getLogger().removeHandler(handler)
    handler.close()


def _announce(home: Home, announcement: Announcement, url: str) -> None:
    """Tell the command line, then whoever started us. Neither failing is a reason not to serve."""
    try:
        write_announcement(home.server, announcement)
    except OSError as error:
        log.warning("%s cannot be written (%s): commands need --url %s", home.server, error.strerror, url)
    try:
        sys.stdout.write(f"listening on {url}\n")
        sys.stdout.flush()
    except OSError:
        log.info("listening on %s", url)
