"""Which control token a server is shown. No HTTP here: what only wants to be quick needs no library for it."""

from __future__ import annotations

import ipaddress

import msgspec

from claudeflare.access.control_token import ControlToken
from claudeflare.errors import Unauthorized
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings


def choose_token(loaded: LoadedSettings, given: str | None, url: str, *, local: bool) -> tuple[str, str]:
    """The control token to use and where it came from; `given` is the command line's.

    What the data directory holds, its token and its config.toml, opens this machine's server: it is never sent to
    another machine (not `local`). Raises Unauthorized when there is none.
    """
    if given:
        return given, "--token"
    settings, sources = loaded.settings, loaded.sources
    if not local:
        outside = {name: "" for name in ("token", "token_file") if sources[name].startswith("file")}
        settings = msgspec.structs.replace(settings, **outside)
    file = Home(settings.home).control_token
    if settings.token or settings.token_file:
        source = sources["token" if settings.token else "token_file"]
    elif not local:
        raise Unauthorized(f"{url} needs its control token: set CLAUDEFLARE_TOKEN or CLAUDEFLARE_TOKEN_FILE.")
    elif not file.exists():
        raise Unauthorized(f"There is no control token in {file}: set CLAUDEFLARE_TOKEN to the server's.")
    else:
        source = str(file)
    return ControlToken.load(settings, file).value, source


def is_loopback(host: str) -> bool:
    """Whether a host of a URL can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
