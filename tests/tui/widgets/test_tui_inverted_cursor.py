"""The cursor of a list in sixteen colors, and in more."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets.option_list import Option

from claudeflare.tui.themes import ANSI, DARK, THEMES
from claudeflare.tui.widgets.inverted_cursor import InvertedCursor


class ListApp(App[None]):
    def compose(self) -> ComposeResult:
        yield InvertedCursor(Option("first"), Option("second"))

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)


def inverted(options: InvertedCursor) -> list[bool]:
    """Of each line, one behind the last among them, whether all of it is."""
    lines = [options.render_line(y) for y in range(3)]
    return [all(segment.style is not None and segment.style.reverse for segment in line) for line in lines]


@pytest.mark.parametrize(("theme", "expected"), [(ANSI.name, [False, True, False]), (DARK.name, [False] * 3)])
async def test_the_row_of_the_cursor_is_inverted_where_shades_cannot_be_told(theme: str, expected: list[bool]) -> None:
    async with ListApp().run_test(size=(30, 6)) as pilot:
        pilot.app.theme = theme
        options = pilot.app.query_one(InvertedCursor)
        options.focus()
        options.highlighted = 1
        await pilot.pause()
        assert inverted(options) == expected


async def test_without_the_focus_it_is_not() -> None:
    async with ListApp().run_test(size=(30, 6)) as pilot:
        pilot.app.theme = ANSI.name
        options = pilot.app.query_one(InvertedCursor)
        options.highlighted = 1
        pilot.app.set_focus(None)
        await pilot.pause()
        assert inverted(options) == [False] * 3


async def test_bars_are_not() -> None:
    async with ListApp().run_test(size=(30, 6)) as pilot:
        pilot.app.theme = ANSI.name
        options = pilot.app.query_one(InvertedCursor)
        options.add_option(Option(Content.assemble("used ", ("██▌", "ansi_green"), " 31%")))
        options.focus()
        options.highlighted = 2
        await pilot.pause()
        drawn = {text: style.reverse for text, style, _ in options.render_line(2) if style and text.strip()}
        assert drawn == {"used ": True, "██▌": None, " 31%": True}
