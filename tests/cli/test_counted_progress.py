from __future__ import annotations

import sys

import pytest

from claudeflare.cli.counted_progress import counted_progress


class Terminal:
    """Standard error that is a terminal, and what was written to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with counted_progress("Requests", 4) as show:
        show(4)
    assert "Requests" in terminal.text
    assert "4/4" in terminal.text


def test_elsewhere_it_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with counted_progress("Requests", 4) as show:
        show(4)
    assert capsys.readouterr() == ("", "")
