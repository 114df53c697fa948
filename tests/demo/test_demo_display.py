from __future__ import annotations

from datetime import UTC
from io import StringIO

from rich.console import Console

from claudeflare.demo.display import LiveDisplay, NoDisplay, PlainDisplay, choose_display
from harness.demo_records import AT, moment


def console(**fields: bool) -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=80, height=24, markup=False, highlight=False, **fields), out


def test_elsewhere_than_on_a_terminal_it_is_one_line_a_second() -> None:
    where, out = console()
    with PlainDisplay(where, UTC) as display:
        for tenths in range(12, 33):
            display.show(moment(now=AT + tenths / 10, answered=tenths, accounts=moment().accounts[:1]))
    started, *shown = out.getvalue().splitlines()
    assert started == "Starting the simulated API and the server."
    assert [line.split()[0] for line in shown] == ["11:06:41", "11:06:42", "11:06:43"]
    assert shown[0] == (
        "11:06:41  41 s left: 12 requests answered, 0 rate limits seen by clients; upstream 429 37 times, 529 6 times; "
        "41 moves. All 1 accounts serving."
    )


def test_on_a_terminal_it_is_drawn_in_place_and_leaves_nothing() -> None:
    where, out = console(force_terminal=True)
    with LiveDisplay(where, UTC) as display:
        assert "Starting the simulated API" in out.getvalue()
        display.show(moment())
        assert "412 requests answered" in out.getvalue()
    assert out.getvalue().count("\x1b[?25l") == out.getvalue().count("\x1b[?25h") == 1
    assert out.getvalue().rstrip().endswith("\x1b[2K")


def test_without_display_nothing_is_written() -> None:
    with NoDisplay() as display:
        display.show(moment())


def test_the_display_suits_the_console() -> None:
    assert isinstance(choose_display(console()[0], silent=True), NoDisplay)
    assert isinstance(choose_display(console()[0], silent=False), PlainDisplay)
    terminal, _ = console(force_terminal=True)
    assert isinstance(choose_display(terminal, silent=False), LiveDisplay)
    dumb = Console(file=StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    assert isinstance(choose_display(dumb, silent=False), PlainDisplay)
