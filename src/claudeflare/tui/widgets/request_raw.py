"""Heads and bodies as they were sent and answered, secrets redacted, and the record itself."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from claudeflare.client.resources import Json
from claudeflare.errors import ClaudeflareError
from claudeflare.presentation.recording import RecordedPart, record_text
from claudeflare.tui.request_record import RequestRecord
from claudeflare.tui.widgets.record_view import RecordView
from claudeflare.tui.widgets.text_lines import TextLines

SIDES: Final = ("request", "answer", "record")
_ABSENT: Final = {
    "request": "No request body is on record: there was none, or it could not be recorded.",
    "answer": "No answer is on record: there was none, or it could not be recorded.",
}


class SideBar(Static):
    """The sides there are; a click chooses one."""

    DEFAULT_CSS = """
    SideBar { height: 1; padding: 0 1; }
    """

    def show(self, side: str, note: str) -> None:
        """Mark the one that is shown."""
        names = Content("  ").join(
            Content.styled(f" {name.capitalize()} ", "bold $primary reverse" if name == side else "") for name in SIDES
        )
        self.update(Content.assemble(names, ("   " + note, "$quiet")), layout=False)

    def on_click(self, event: Click) -> None:
        at = 0
        for name in SIDES:
            at += len(name) + 4
            if event.get_content_offset_capture(self).x < at:
                self.query_ancestor(RawView).choose(name)
                return


class RawView(RecordView):
    """One side at a time; `side` is which."""

    DEFAULT_CSS = """
    RawView { padding: 0; overflow: hidden; }
    """
    can_focus = False

    def __init__(self) -> None:
        super().__init__()
        self.side = SIDES[0]
        self._bar = SideBar(markup=False)
        self._lines = TextLines()

    def compose(self) -> ComposeResult:
        yield self._bar
        yield self._lines

    async def fill(self, record: RequestRecord) -> None:
        """As in the base class."""
        if self.side == "record":
            self._bar.show(self.side, "as the API tells it")
            self._lines.put(record_text(record.detail), 0)
            return
        recording = await record.recording()
        part = recording.request if self.side == "request" else recording.response
        if part is None:
            self._bar.show(self.side, "")
            self._lines.put(_ABSENT[self.side], None)
        else:
            self._bar.show(self.side, f"{part.note} (w: save as sent)")
            self._lines.put(*_text(part))

    async def complain(self, error: ClaudeflareError, detail: Json) -> None:
        """As in the base class; the record itself can still be looked at."""
        self._bar.show(self.side, "")
        self._lines.put(f"{error}\n\nThe record of the request is the third side (s).", None)

    def choose(self, side: str) -> None:
        """Show another side."""
        self.side = side
        self.fill_again()

    def choose_next(self) -> None:
        """The one after this."""
        self.choose(SIDES[(SIDES.index(self.side) + 1) % len(SIDES)])


def _text(part: RecordedPart) -> tuple[str, int | None]:
    """What is shown of it, and from which line on it is JSON."""
    json_from = part.head.count("\n") + 2 if part.is_json else None
    return f"{part.head}\n\n{part.body}", json_from
