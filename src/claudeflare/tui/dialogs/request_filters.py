"""Asks what the list of requests is to be narrowed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input

from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.widgets.field import Field

STATUSES: Final = ("success", "error", "429", "529", "4xx", "5xx", "refused", "truncated", "client_closed")
RANGES: Final = ("15m", "1h", "24h", "7d", "30d")
_FIELDS: Final = (
    ("text", "Text", "in the id, the path or the error"),
    ("account", "Account", "its name"),
    ("model", "Model", "as requested, in full"),
    ("clientKey", "Key", "name of a client key"),
    ("status", "Status", "success, error, 429, 5xx, truncated, …"),
    ("session", "Session", "its id"),
    ("since", "Since", "15m, 24h, 7d or 2026-11-22T10:00:00Z"),
)
"""Query parameter, name, and what may stand there."""


class RequestFilterDialog(Dialog[dict[str, str]]):
    """The filters by query parameter, or None to leave them as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "clear", "Clear", priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    TITLE_WORDS = "Only requests that match"
    ACTION = "Show them"

    def __init__(self, filters: Mapping[str, str], known: Mapping[str, Iterable[str]]) -> None:
        """`known`: by parameter, values that are suggested while one types."""
        super().__init__()
        self._filters = filters
        self._known = {name: sorted(set(values)) for name, values in known.items()}
        self._known |= {"status": list(STATUSES), "since": list(RANGES)}

    def questions(self) -> ComposeResult:
        """As in the base class."""
        for name, label, hint in _FIELDS:
            known = self._known.get(name)
            # The right arrow key takes what is suggested.
            suggester = SuggestFromList(known, case_sensitive=False) if known else None
            value = self._filters.get(name, "")
            yield Field(label, Input(value, placeholder=hint, id=name, suggester=suggester, compact=True))

    def buttons(self) -> ComposeResult:
        """As in the base class."""
        yield from super().buttons()
        yield Button("Clear (Ctrl+X)", id="clear", compact=True)

    def submit(self) -> None:
        """As in the base class."""
        values = {field.id or "": field.value.strip() for field in self.query(Input)}
        self.end({name: value for name, value in values.items() if value})

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "clear":
            event.prevent_default()
            self.action_clear()

    def action_clear(self) -> None:
        for field in self.query(Input):
            field.clear()
        self.query_one("#text", Input).focus()
