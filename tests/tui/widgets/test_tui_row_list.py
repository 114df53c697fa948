"""A list that keeps its cursor and its place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import OptionList

from claudeflare.tui.widgets.row_list import RowList


class ListApp(App[None]):
    def __init__(self, live: bool) -> None:
        super().__init__()
        self.live = live
        self.told: list[str | None] = []

    def compose(self) -> ComposeResult:
        rows = RowList(live=self.live)
        rows.styles.height = 5
        yield rows

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#888888"}

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self.told.append(event.option_id)


def rows(names: Iterable[object], note: str = "") -> list[tuple[str, Content]]:
    return [(str(name), Content(f"{name}{note}")) for name in names]


@asynccontextmanager
async def listed(*, live: bool = False) -> AsyncIterator[tuple[RowList, Pilot[None]]]:
    app = ListApp(live)
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.pause()
        yield app.query_one(RowList), pilot


async def test_the_cursor_stays_on_its_row() -> None:
    async with listed() as (list_, pilot):
        list_.put(rows("abc"))
        assert list_.chosen == "a"
        list_.choose("b")
        list_.put(rows("xyabc"))
        assert list_.chosen == "b"
        list_.put(rows("xya"))
        assert list_.chosen == "a"  # its own row is gone: the last one
        list_.put([])
        assert list_.chosen is None
        await pilot.pause()


async def test_a_live_list_stays_at_its_beginning() -> None:
    async with listed(live=True) as (list_, _):
        list_.put(rows("abc"))
        list_.put(rows("xabc"))
        assert list_.chosen == "x"
        list_.choose("b")
        list_.put(rows("yxabc"))
        assert list_.chosen == "b"


async def test_what_was_scrolled_to_stays_where_it_is() -> None:
    async with listed(live=True) as (list_, pilot):
        list_.put(rows(range(30)))
        await pilot.pause()
        list_.choose("20")
        await pilot.pause()
        top = round(list_.scroll_y)
        assert top > 0
        list_.put(rows(["new", "newer", *range(30)]))
        await pilot.pause()
        assert round(list_.scroll_y) == top + 2


async def test_text_of_a_row_changes_in_its_place() -> None:
    async with listed() as (list_, pilot):
        list_.put(rows("abc"))
        list_.choose("c")
        list_.put(rows("abc", note="!"))
        await pilot.pause()
        assert list_.chosen == "c"
        assert [str(option.prompt) for option in list_.options] == ["a!", "b!", "c!"]


async def test_only_the_user_is_told_of() -> None:
    async with listed() as (list_, pilot):
        app = pilot.app
        assert isinstance(app, ListApp)
        list_.put(rows("abc"))
        list_.put(rows("xabc"))
        await pilot.pause()
        assert app.told == []
        list_.focus()
        await pilot.press("j")
        await pilot.pause()
        assert app.told == ["b"]
        await pilot.press("G", "k", "g")
        await pilot.pause()
        assert app.told == ["b", "c", "b", "x"]


async def test_a_row_that_is_not_there() -> None:
    async with listed() as (list_, _):
        list_.put(rows("abc"))
        assert not list_.choose("z")
        assert list_.chosen == "a"
