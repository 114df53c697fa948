"""Opens a page in the user's browser, where there is one to be seen."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def open_page(url: str, environ: Mapping[str, str]) -> bool:
    """Whether a browser was told to open it. Without a display, one in the terminal would get in the way."""
    if sys.platform.startswith("linux") and not any(
        environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    ):
        return False
    import webbrowser

    return webbrowser.open(url)
