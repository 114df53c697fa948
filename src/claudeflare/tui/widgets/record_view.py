"""What the tabs of a request's detail share: they fill themselves when they are looked at, and say why they cannot."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from claudeflare.client.resources import Json
from claudeflare.errors import ClaudeflareError, NotFound
from claudeflare.tui.request_record import RequestRecord

if TYPE_CHECKING:
    from claudeflare.tui.app import TerminalUI


class RecordView(VerticalScroll, inherit_bindings=False):
    """Subclasses have `fill`."""

    DEFAULT_CSS = """
    RecordView { padding: 0 1; scrollbar-size-vertical: 1; height: 1fr; }
    RecordView > .failure { color: $error; }
    RecordView > .quiet { color: $quiet; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "End", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.record: RequestRecord | None = None
        """The one that was given last."""
        self._filled_with: RequestRecord | None = None

    @property
    def now(self) -> float:
        """Epoch seconds."""
        return cast("TerminalUI", self.app).around.clock()

    @property
    def zone(self) -> tzinfo | None:
        """The reader's."""
        return cast("TerminalUI", self.app).around.zone

    def show(self, record: RequestRecord) -> None:
        """Fill this tab, if it does not show this very record already."""
        self.record = record
        if record is not self._filled_with:
            self.fill_again()

    def fill_again(self) -> None:
        """Fill it anew."""
        if self.record is not None:
            self._filled_with = self.record
            _: Worker[None] = self.run_worker(partial(self._filled, self.record), group="fill", exclusive=True)

    async def fill(self, record: RequestRecord) -> None:
        """Ask for what is needed and put it in place. May raise what the client raises."""
        raise NotImplementedError

    async def put(self, *widgets: Widget) -> None:
        """Show these instead of what is shown."""
        with self.app.batch_update():
            await self.remove_children()
            await self.mount(*widgets)
        self.scroll_home(animate=False)

    async def complain(self, error: ClaudeflareError, detail: Json) -> None:
        """Say why there is nothing to show, and show what is known instead."""
        missing = isinstance(error, NotFound)
        words = [Static(str(error), markup=False, classes="" if missing else "failure")]
        body = next((each["errorBody"] for each in reversed(detail["attempts"]) if each["errorBody"]), None)
        if missing and body:
            words += [Static("\nWhat the API answered:", markup=False, classes="quiet"), Static(body, markup=False)]
        if missing:
            more = "\nTiming, decision and cost are on record; the settings say for how long bodies are kept."
            words.append(Static(more, markup=False, classes="quiet"))
        await self.put(*words)

    async def _filled(self, record: RequestRecord) -> None:
        try:
            await self.fill(record)
        except ClaudeflareError as error:
            await self.complain(error, record.detail)
            if not isinstance(error, NotFound):
                # Asked for again when somebody comes back to this tab.
                self._filled_with = None
