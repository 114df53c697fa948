"""A part that is folded away until somebody wants it; what was never opened is never made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static


class FoldTitle(Static, can_focus=True):
    """The line that stays."""

    DEFAULT_CSS = """
    FoldTitle { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    FoldTitle:hover { background: $panel; }
    FoldTitle:focus { background: $primary 25%; }
    FoldTitle:ansi:focus { background: ansi_default; text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", "Fold", show=False)]

    class Toggled(Message):
        """Somebody wants the other state."""

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_unfold()

    def action_unfold(self) -> None:
        self.post_message(self.Toggled())


class Fold(Vertical):
    """`body` makes the widgets below the title, once."""

    DEFAULT_CSS = """
    Fold { height: auto; }
    Fold > .fold-body { height: auto; padding: 0 0 0 2; border-left: solid $border; }
    """

    def __init__(self, title: Content, body: Callable[[], Iterable[Widget]], *, opened: bool = False) -> None:
        super().__init__()
        self.opened = opened
        self._title = title
        self._make = body
        self._line = FoldTitle(self._words(), markup=False)
        self._body: Vertical | None = None

    def compose(self) -> ComposeResult:
        yield self._line
        if self.opened:
            self._body = Vertical(*self._make(), classes="fold-body")
            yield self._body

    async def set_opened(self, opened: bool) -> None:
        """Open or close it."""
        self.opened = opened
        self._line.update(self._words())
        if self._body is not None:
            self._body.display = opened
        elif opened:
            self._body = Vertical(*self._make(), classes="fold-body")
            await self.mount(self._body)

    async def on_fold_title_toggled(self, event: FoldTitle.Toggled) -> None:
        event.stop()
        await self.set_opened(not self.opened)

    def _words(self) -> Content:
        return Content.assemble(("▾ " if self.opened else "▸ ", "$primary"), self._title)
