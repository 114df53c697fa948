"""What commands print: nothing that comes from outside drives the terminal or forges a line."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from claudeflare.cli import output
from claudeflare.presentation import tables
from claudeflare.presentation.harmless import json_text
from claudeflare.presentation.harmless_console import HarmlessConsole

ATTACKS = {
    "clears the screen": "\x1b[2J\x1b[H",
    "sets the title": "\x1b]0;root@host\x07",
    "writes the clipboard": "\x1b]52;c;Y3VybCBldmls\x07",
    "links elsewhere": "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "begins with a C1 character": "\x9b31m",
    "goes back to the line's beginning": "all is lost\rall is well",
    "takes back": "evil\b\b\b\bgood",
    "answers back": "\x05\x1b[6n",
    "deletes": "\x7f",
    "turns text around": "\u202egnp.exe",
}


def shown_in_every_way(text: str) -> list[RenderableType]:
    table = tables.table("NAME", "FIGURE", right=["FIGURE"])
    table.add_row(text, text)
    return [
        text,
        Text(text),
        Text.assemble((text, "red")),
        Panel(text, title=text),
        Group(Padding(text, 1), text),
        table,
        tables.pairs([(text, text)]),
    ]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_text_from_outside_does_not_drive_the_terminal(capsys: pytest.CaptureFixture[str], attack: str) -> None:
    output.say(*shown_in_every_way(f"before {attack} after"))
    output.fail(attack)
    printed = "".join(capsys.readouterr())
    assert "before" in printed
    assert unprintable(printed) == set()


def test_colors_of_our_own_stay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    output.say(Text("\x1b[5mred\x1b[0m", "red"))
    assert capsys.readouterr().out == "\x1b[31m\\x1b[5mred\\x1b[0m\x1b[0m\n"


@pytest.mark.parametrize("error", [False, True])
def test_both_ways_out_are_harmless(error: bool) -> None:
    assert isinstance(output.console(error=error), HarmlessConsole)


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "L"])))
def test_json_is_printed_without_what_drives_a_terminal(text: str) -> None:
    printed = json_text({"message": text}, indent=2)
    assert json.loads(printed) == {"message": text}
    assert unprintable(printed) == set()
    printed.encode()


def unprintable(text: str) -> set[str]:
    """What a terminal obeys: controls, line separators, halves of surrogates, explicit directions (UAX #9)."""
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    obeyed = {each for each in text if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")} - {"\n"}
    return obeyed | {each for each in text if unicodedata.bidirectional(each) in directions}
