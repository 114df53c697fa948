"""The pictures of the guides: there is one of each screen and command, and they show what the program shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from claudeflare.tui.widgets.screen_tabs import NAMES
from harness.terminal_picture import text_of
from structure.source_tree import ROOT

IMAGES = ROOT / "docs" / "images"
COMMANDS = ("status", "list", "stats", "requests", "explain", "doctor", "analyze")
PICTURES = sorted(path.name for path in IMAGES.glob("*.svg"))
LARGEST = 150_000


def test_there_is_one_of_each_screen_and_command() -> None:
    screens = {f"tui-{name.lower()}.svg" for name in NAMES} | {"tui-request-detail.svg", "tui-add-account.svg"}
    assert set(PICTURES) == screens | {f"cli-{name}.svg" for name in COMMANDS}


@pytest.mark.parametrize("name", PICTURES)
def test_each_is_shown_by_a_guide_in_words_as_well(name: str) -> None:
    guides = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("tui.md", "cli.md"))
    assert re.search(rf"!\[[^\]]{{10,}}\]\(images/{re.escape(name)}\)", guides)


@pytest.mark.parametrize("name", PICTURES)
def test_each_is_small_and_needs_nothing_from_anywhere(name: str) -> None:
    written = (IMAGES / name).read_text(encoding="utf-8")
    root = ElementTree.fromstring(written)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(written) < LARGEST
    # The name of the format is an address that nobody fetches.
    outside = re.sub(r'xmlns="http://www\.w3\.org/2000/svg"', "", written)
    fetched = re.findall(r"@import|@font-face|\bhref\b|<script|<image|url\((?!#)", outside)
    shown = re.findall(r"https?://[\w.:-]*\w", outside)
    assert fetched == []
    assert set(shown) <= {"http://127.0.0.1:8080", "https://api.anthropic.com"}


@pytest.mark.parametrize("name", PICTURES)
def test_none_shows_the_machine_it_was_made_on(name: str) -> None:
    shown = text_of((IMAGES / name).read_text(encoding="utf-8"))
    assert len(shown) > 200
    assert not re.search(r"/tmp/|/private/var|127\.0\.0\.1:(?!8080)", shown)


def test_they_show_what_the_program_shows() -> None:
    # Not all of them: each takes a while.
    names = ["tui-overview", "tui-request-detail", "cli-status", "cli-explain"]
    script = [sys.executable, str(ROOT / "docs" / "screenshots.py"), "--check", *names]
    path = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    finished = subprocess.run(
        script, capture_output=True, text=True, timeout=50, env={**os.environ, "PYTHONPATH": path}
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
