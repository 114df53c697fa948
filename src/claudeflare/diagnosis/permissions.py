"""Files that hold a secret, and the directory they are in: readable by their owner alone?"""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from claudeflare.diagnosis.finding import Finding, ok, problem, warning
from claudeflare.home import Home
from claudeflare.settings import SECRETS
from claudeflare.settings_sources import LoadedSettings

OTHERS = 0o077
"""Any right of group or others."""
WRITING = 0o022


def check_permissions(loaded: LoadedSettings, home: Home, user: int) -> list[Finding]:
    """Of everything that is there; `user` is the id of who runs Claudeflare.

    Raises `OSError` when the directory cannot be looked into.
    """
    found = [
        *_of(home.directory, "The data directory", 0o700, user),
        *(each for path, what in _secret_files(loaded, home) for each in _of(path, what, 0o600, user)),
    ]
    return found or [ok("files", "Only you can read the data directory and its secrets.")]


def _secret_files(loaded: LoadedSettings, home: Home) -> Iterator[tuple[Path, str]]:
    if any(loaded.sources[name].startswith("file") for name in SECRETS):
        yield home.config, "The configuration, which holds a secret,"
    settings = loaded.settings
    yield home.control_token, "The control token"
    yield home.secret_key, "The key that opens your accounts' secrets"
    yield home.database, "The database"
    yield home.payloads, "The database of captured bodies"
    for path in (settings.token_file, settings.secret_key_file, settings.client_key_file):
        if path:
            yield Path(path), "A secret"


def _of(path: Path, what: str, mode: int, user: int) -> Iterator[Finding]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    quoted = shlex.quote(str(path))
    if found.st_uid != user:
        summary = f"{what} belongs to another user (id {found.st_uid}): {path}"
        yield problem("files", summary, f"sudo chown {user} {quoted}, or run Claudeflare as that user")
    elif (present := stat.S_IMODE(found.st_mode)) & OTHERS:
        summary = f"{what} is open to other users of this machine (mode {present:04o}): {path}"
        # Who can only look into the directory sees names: files have their own modes.
        say = warning if path.is_dir() and not present & WRITING else problem
        yield say("files", summary, f"chmod {mode:o} {quoted}")
