"""Whether the reader has a browser beside this terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping

REMOTE = ("SSH_CONNECTION", "SSH_TTY")


def has_browser(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Not over ssh: there the page would open on the other machine, or in the terminal itself."""
    if any(environ.get(name) for name in REMOTE):
        return False
    if platform.startswith("linux"):
        return any(environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
    return True
