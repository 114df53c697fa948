"""One small question to the server, asked in a tenth of a second: no event loop, no HTTP library of others."""

from __future__ import annotations

import fcntl
import http.client
import json
from typing import Any, Final
from urllib.parse import urlsplit

from claudeflare.client.token_choice import choose_token, is_loopback
from claudeflare.errors import InvalidInput, Unreachable
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings

PATIENCE: Final = 1.0
"""Seconds that the server has to connect, and for each part of its answer."""
LONGEST_ANSWER: Final = 4_194_304


def quick_answer(
    question: str, loaded: LoadedSettings, url: str | None, token: str | None, patience: float = PATIENCE
) -> Any:
    """The JSON of a route, by its path with its query. `url`: a server that was named; None: the data directory's own.

    Raises Unreachable when there is none or it answers anything else, and what `choose_token` raises.
    """
    local = url is None
    where = running_server(Home(loaded.settings.home)) if url is None else url
    if where is None:
        raise Unreachable("No server is running.")
    parts = urlsplit(where)
    if parts.scheme not in ("http", "https") or parts.hostname is None:
        raise InvalidInput(f"{where!r} is not a server's URL; it looks like http://localhost:8080.")
    secret, _ = choose_token(loaded, token, where, local=local or is_loopback(parts.hostname))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=patience)
    try:
        path = parts.path.rstrip("/") + question
        connection.request("GET", path, headers={"authorization": f"Bearer {secret}", "accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read(LONGEST_ANSWER)
        if answer.status != 200:
            raise Unreachable(f"{where} answers with status {answer.status}.")
        return json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{where} does not answer: {error}.") from error
    finally:
        connection.close()


def running_server(home: Home) -> str | None:
    """Where the data directory's server listens; None when none runs, or it is not ready. Creates nothing."""
    try:
        url = str(json.loads(home.server.read_text())["url"])
        # What a server that was killed left behind is not believed.
        return url if _held(home) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _held(home: Home) -> bool:
    """Whether a server has the lock. Looks by a shared one, and for a moment: a server that starts then tries again."""
    with home.lock.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
