"""Where things lie in the data directory (`CLAUDEFLARE_HOME`) and the runtime directory beside it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

SOCKET_PATH_LIMIT = 100
"""Bytes a Unix socket's path may have everywhere: macOS allows 104 with the final NUL, Linux 108."""


class Home:
    """Paths below one data directory. Creates nothing but on `prepare`."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self.config = self.directory / "config.toml"
        self.database = self.directory / "claudeflare.db"
        self.payloads = self.directory / "payloads.db"
        """Captured bodies, apart from the database of records; with PostgreSQL there is no such file."""
        self.journal = self.directory / "journal"
        self.secret_key = self.directory / "secret.key"
        self.control_token = self.directory / "control-token"
        self.rotations = self.directory / "rotations"
        """Tokens just received, sealed; see `credentials.rotation_log`."""
        self.lock = self.directory / "lock"
        self.logs = self.directory / "logs"
        """Log lines of every process of a server; see `log_files`."""
        self.server = self.directory / "server.json"
        """Written by the supervisor when ready: `{"pid": …, "url": "http://…"}`. Stale unless the lock is held."""

    def prepare(self) -> None:
        """Make the directory and the journal's, readable by the owner alone."""
        for directory in (self.directory, self.journal):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def runtime_directory(self) -> Path:
        """A short private directory for sockets, one per data directory: its name holds a hash of the home's path."""
        digest = hashlib.sha256(os.fsencode(self.directory.resolve())).hexdigest()[:12]
        for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 private 0700 below
            if parent and len(os.fsencode(parent)) + 44 <= SOCKET_PATH_LIMIT:
                return Path(parent) / f"claudeflare-{os.getuid()}-{digest}"
        raise AssertionError("the last of these is short enough")

    def __repr__(self) -> str:
        return f"<Home {self.directory}>"
