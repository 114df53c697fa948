"""Everything about one account: how it stands and why, where its limits are heading, its set-up, its history."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from claudeflare.formatting import countdown, epoch
from claudeflare.presentation.account_detail import setup_rows, trouble_words, use_rows
from claudeflare.presentation.limit_forecast import forecast, forecast_words
from claudeflare.presentation.limit_past import Past, past_line
from claudeflare.presentation.limits import full_name, remaining_words, telling, used
from claudeflare.presentation.standing import standing
from claudeflare.presentation.timeline import timeline
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.gauge_bar import bar
from claudeflare.tui.widgets.timeline_list import happening_line

if TYPE_CHECKING:
    from claudeflare.client.resources import Account, Gauge, Json

_LABEL: Final = 12
_NAME: Final = 24
_HISTORY: Final = 50
_DAY: Final = 8


class AccountDetail(VerticalScroll):
    """Scrolls; what is shown is drawn anew only where it differs."""

    DEFAULT_CSS = """
    AccountDetail { padding: 0 1; scrollbar-size-vertical: 1; }
    AccountDetail > Static { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._body = Static(markup=False)
        self._drawn = Content()
        self._past: Past = {}
        self._shown: tuple[Account, Sequence[Json] | None, float, tzinfo | None] | None = None

    def compose(self) -> ComposeResult:
        yield self._body

    def show_past(self, past: Past) -> None:
        """How far the limits of the account that is shown were used in the last day, from now on."""
        self._past = past
        if self._shown is not None:
            self.show(*self._shown)

    def show(self, account: Account, history: Sequence[Json] | None, now: float, zone: tzinfo | None) -> None:
        """Show it. `history`: what happened to it, in any order; None: not known yet."""
        self._shown = (account, history, now, zone)
        width = max(20, self.size.width - 3)
        drawn = Content("\n").join(_lines(account, history, self._past, now, zone, width))
        if not drawn.is_same(self._drawn):
            self._drawn = drawn
            self._body.update(drawn)

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self.show(*self._shown)


def _lines(
    account: Account, history: Sequence[Json] | None, past: Past, now: float, zone: tzinfo | None, width: int
) -> Iterator[Content]:
    yield Content.styled(account["name"], "bold")
    yield content(standing(account, now, zone))
    for limit in account["limits"]:
        yield _wrapped(trouble_words(limit, now, zone), 2, width)
    yield from _heading("Limits")
    gauges = telling(account["gauges"])
    if not gauges:
        yield Content.styled("They are known after its first answer.", "$quiet")
    for gauge in gauges:
        yield from _gauge_lines(gauge, account["reserve"], now, zone, width)
        if (line := past_line(gauge, past, min(48, width - _DAY - 14))) is not None:
            yield Content.assemble(("  24 h  ".ljust(_DAY), "$quiet"), (line, "$quiet"))
    yield from _heading("Set-up")
    yield from _pairs(setup_rows(account, now, zone), width)
    yield from _heading("Use")
    yield from _pairs(use_rows(account, now, zone), width)
    yield from _heading("What happened")
    if history is None:
        yield Content.styled("Reading …", "$quiet")
    elif not history:
        yield Content.styled("Nothing in the last month: it was never limited.", "$quiet")
    for each in timeline(history or (), _HISTORY):
        yield happening_line(each, width, now, zone)


def _heading(text: str) -> tuple[Content, Content]:
    return Content(), Content.styled(text, "bold $primary")


def _gauge_lines(gauge: Gauge, reserve: float | None, now: float, zone: tzinfo | None, width: int) -> Iterator[Content]:
    share, resets = used(gauge, now), epoch(gauge["resetsAt"])
    name = min(_NAME, width - 16)
    cells = max(4, min(30, width - name - 28))
    left = remaining_words(gauge)
    if gauge["kind"] == "window":
        left = f"resets in {countdown(resets - now)}" if resets is not None and resets > now else ""
    yield Content.assemble(
        (full_name(gauge)[:name].ljust(name + 1), ""), bar(share, cells), f"{share:>5.0%}", (f"  {left}", "$quiet")
    )
    words = forecast_words(gauge, now, zone, reserve)
    if words:
        told = forecast(gauge, now, reserve)
        near = told is not None and told.reached_at is not None
        line = _wrapped(words, 2, width)
        yield line.stylize("$warning" if near else "$quiet")


def _pairs(rows: Sequence[tuple[str, str]], width: int) -> Iterator[Content]:
    for name, value in rows:
        folded = textwrap.wrap(value, max(10, width - _LABEL)) or [""]
        text = ("\n" + " " * _LABEL).join(folded)
        yield Content.assemble((name.ljust(_LABEL), "$quiet"), text)


def _wrapped(text: str, indent: int, width: int) -> Content:
    space = " " * indent
    return Content(textwrap.fill(text, max(10, width), initial_indent=space, subsequent_indent=space))
