"""The newest requests as they end, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.events import Resize

from claudeflare.formatting import UNKNOWN, clock, compact, epoch, money, one_unit
from claudeflare.presentation.request_lines import short_model, state_color, state_word
from claudeflare.tui.styled import themed
from claudeflare.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from claudeflare.client.resources import Request

SHOWN: Final = 50
_EDGES: Final = 3
_FIXED: Final = 8 + 7 + 6 + 6 + 8 + 5 * 1
"""Time, state, tokens out, total, cost and what stands between."""


class RecentRequests(RowList):
    """Ids of rows are those of requests."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(live=True, id=id)
        self._shown: tuple[Sequence[Request], tzinfo | None] | None = None

    def show(self, requests: Sequence[Request], zone: tzinfo | None) -> None:
        """Show them; newest first."""
        self._shown = (requests, zone)
        width = self.size.width - _EDGES
        self.put([(each["id"], request_line(each, width, zone)) for each in requests[:SHOWN]])

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self.show(*self._shown)


def request_line(request: Request, width: int, zone: tzinfo | None) -> Content:
    """Time, state, model, account, tokens out, total, cost; tokens in and time to first token where there is room."""
    wide = width >= 90
    rest = width - _FIXED - 1 - (14 if wide else 0)
    model = max(6, min(22, rest * 3 // 5))
    account = max(4, rest - model)
    read = request["inputTokens"], request["cacheReadInputTokens"], request["cacheCreationInputTokens"]
    known = [tokens for tokens in read if tokens is not None]
    cells = (
        (clock(epoch(request["timestamp"]) or 0.0, zone), "$quiet"),
        (state_word(request).ljust(7), themed(state_color(request))),
        (_fit(short_model(request["model"]), model), ""),
        (_fit(request["accountUsed"] or UNKNOWN, account), ""),
        *(((compact(sum(known) if known else None).rjust(6), "$quiet"),) if wide else ()),
        (compact(request["outputTokens"]).rjust(6), "$quiet"),
        *(((one_unit(request["ttftMs"]).rjust(6), "$quiet"),) if wide else ()),
        (one_unit(request["responseTimeMs"]).rjust(6), ""),
        (money(request["costUsd"]).rjust(8), ""),
    )
    return Content(" ").join(Content.styled(text, style) for text, style in cells)


def _fit(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)
