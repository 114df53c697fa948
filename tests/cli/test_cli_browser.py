from __future__ import annotations

import sys

import pytest

from claudeflare.cli.browser import open_page


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a desktop")
def test_without_a_display_no_browser_is_opened() -> None:
    assert not open_page("http://127.0.0.1:9/", {})
    assert not open_page("http://127.0.0.1:9/", {"DISPLAY": "", "PATH": "/usr/bin"})
