"""The waterfall of one request, as wide as there is room, and the same in figures."""

from __future__ import annotations

from textual.events import Resize
from textual.widgets import Static

from claudeflare.presentation.request_timing import timing_of
from claudeflare.presentation.waterfall import figures, overhead_words, picture
from claudeflare.tui.request_record import RequestRecord
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.record_view import RecordView

_EDGES = 3
"""Columns of padding and scrollbar."""


class TimingView(RecordView):
    """Where the time went."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = Static(markup=False)

    async def fill(self, record: RequestRecord) -> None:
        """As in the base class."""
        timing = timing_of(record.detail)
        self._picture = Static(markup=False)
        words = Static("\n" + overhead_words(record.detail), markup=False, classes="quiet")
        await self.put(self._picture, words, Static(), Static(figures(timing), markup=False))
        self._draw()

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.record is not None and self._picture.is_attached:
            width = max(20, self.size.width - _EDGES)
            self._picture.update(content(picture(timing_of(self.record.detail), width)))
