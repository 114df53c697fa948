"""Where a page can be opened beside the terminal."""

from __future__ import annotations

import pytest

from claudeflare.tui.browser import has_browser


@pytest.mark.parametrize(
    ("environ", "platform", "there"),
    [
        ({}, "darwin", True),
        ({}, "linux", False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
    ],
)
def test_not_over_ssh_and_not_without_a_display(environ: dict[str, str], platform: str, there: bool) -> None:
    assert has_browser(environ, platform) is there
