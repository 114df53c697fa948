"""The sentence on top of every screen: how the accounts stand, or that the server cannot be reached."""

from __future__ import annotations

from datetime import tzinfo

from rich.text import Text
from textual.widgets import Static

from claudeflare.formatting import countdown
from claudeflare.presentation.standing import sentence
from claudeflare.tui.live_link import LiveLink, Lost


class StateLine(Static):
    """One line, or more where the words need them."""

    DEFAULT_CSS = """
    StateLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        background: $panel;
        text-style: bold;
    }
    StateLine.lost { background: $error 30%; }
    """

    def show(self, link: LiveLink, now: float, zone: tzinfo | None) -> None:
        """Say it."""
        self.set_class(link.lost is not None, "lost")
        self.update(Text(_words(link, now, zone)))


def _words(link: LiveLink, now: float, zone: tzinfo | None) -> str:
    if link.lost is not None:
        return _lost_words(link.lost, now, known=link.state.fetched)
    if not link.state.fetched:
        return "Connecting …"
    return sentence(link.state.accounts, now, zone)


def _lost_words(lost: Lost, now: float, *, known: bool) -> str:
    shown = "What is shown is from before. " if known else ""
    return f"No connection for {countdown(now - lost.since)}. {shown}Trying again (r: now). {lost.reason}"
