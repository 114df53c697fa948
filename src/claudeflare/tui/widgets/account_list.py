"""The accounts, a line each, with a header; the cursor chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.widgets import Static

from claudeflare.tui.widgets.account_line import AccountLines
from claudeflare.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from claudeflare.client.resources import Account

_EDGES = 3
"""Columns that no line can have: one of space on either side, and that of the scrollbar."""


class AccountList(Vertical):
    """`rows` is the list itself; ids of rows are those of accounts."""

    DEFAULT_CSS = """
    AccountList { height: auto; }
    AccountList > .header { height: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = RowList()
        self._header = Static(classes="header", markup=False)
        self._shown: tuple[Sequence[Account], float, tzinfo | None] | None = None

    def compose(self) -> ComposeResult:
        yield self._header
        yield self.rows

    def show(self, accounts: Sequence[Account], now: float, zone: tzinfo | None) -> None:
        """Show them, as they are at `now`."""
        self._shown = (accounts, now, zone)
        lines = AccountLines(self.size.width - _EDGES, now, zone)
        columns = lines.columns(accounts)
        header = lines.header(columns)
        if str(self._header.content) != header.plain:
            self._header.update(header, layout=False)
        self.rows.put([(account["id"], lines.line(account, columns)) for account in accounts])

    def on_resize(self, event: Resize) -> None:
        if self._shown is not None:
            self.show(*self._shown)
