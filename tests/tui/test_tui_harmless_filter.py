"""No text from outside drives the terminal."""

from __future__ import annotations

from rich.control import Control
from rich.segment import Segment
from textual.color import Color

from claudeflare.tui.harmless_filter import HarmlessFilter


def test_controls_lose_their_power_and_keep_their_width() -> None:
    (segment,) = HarmlessFilter().apply([Segment("a\x1b[31m\u202eb\x9b")], Color.parse("black"))
    assert segment.text == "a�[31m�b�"


def test_what_drives_the_terminal_on_purpose_stays() -> None:
    segments = [Control.home().segment, Segment("plain")]
    assert HarmlessFilter().apply(segments, Color.parse("black")) == segments
