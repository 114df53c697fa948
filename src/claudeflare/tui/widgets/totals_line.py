"""What a range adds up to, beside the same time before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.widget import Widget

from claudeflare.presentation.analytics_totals import Total
from claudeflare.presentation.tables import QUIET

_WITH_CHANGE: Final = 14
"""Columns a figure needs to have its change beside it."""


class TotalsLine(Widget):
    """Two lines: names, and figures below them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"totals--good", "totals--bad"}
    DEFAULT_CSS = """
    TotalsLine { height: 2; padding: 0 1; }
    TotalsLine > .totals--good { color: $success; }
    TotalsLine > .totals--bad { color: $error; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._totals: Sequence[Total] = ()

    def show(self, totals: Sequence[Total]) -> None:
        """Show these."""
        if totals != self._totals:
            self._totals = totals
            self.refresh()

    def render(self) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        if not self._totals:
            return text
        width = self.size.width // len(self._totals)
        for total in self._totals:
            text.append(total.label.ljust(width), QUIET)
        text.append("\n")
        for total in self._totals:
            change = f" {total.change}" if width >= _WITH_CHANGE else ""
            text.append(total.value, "bold")
            text.append(change, self._style(total))
            text.append(" " * max(1, width - len(total.value) - len(change)))
        return text

    def _style(self, total: Total) -> str:
        if total.is_good is None:
            return QUIET
        style = self.get_component_rich_style("totals--good" if total.is_good else "totals--bad")
        return str(style.color.name) if style.color else ""
