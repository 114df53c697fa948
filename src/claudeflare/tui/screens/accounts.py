"""Accounts: the list, everything about the chosen one, and everything that can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import OptionList

from claudeflare.client.client import Client
from claudeflare.presentation.limit_past import past_of
from claudeflare.tui.live_state import LiveState
from claudeflare.tui.screens.account_actions import AccountActions
from claudeflare.tui.widgets.account_detail import AccountDetail
from claudeflare.tui.widgets.account_list import AccountList
from claudeflare.tui.widgets.first_steps import FirstSteps

if TYPE_CHECKING:
    from claudeflare.client.resources import Account, Json

HISTORY: Final = 50
"""Happenings of an account that are read."""
AGAIN_SECONDS: Final = 60.0
LIMITS_RANGE: Final = "24h"


class AccountsScreen(AccountActions):
    """The detail stands beside the list, or below it where there is less room."""

    NAME = "accounts"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 as the base class declares it
    DEFAULT_CSS = """
    AccountsScreen {
        overflow: hidden;
        #both { height: 1fr; layout: vertical; }
        AccountList { max-height: 40%; }
        AccountList RowList { height: auto; }
        AccountDetail { height: 1fr; border-top: solid $border; }
        AccountDetail:focus { border-top: solid $primary; }
        &.-wide #both { layout: horizontal; }
        &.-wide AccountList { width: 1fr; height: 1fr; max-height: 100%; }
        &.-wide AccountDetail { width: 1fr; border-top: none; border-left: solid $border; }
        &.-wide AccountDetail:focus { border-left: solid $primary; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._histories: dict[str, tuple[Json, ...]] = {}
        """Account id -> what is on record of it."""
        self._read: tuple[str, float] | None = None
        """Which account's history was asked for, and when."""
        self._wanted: str | None = None
        self._footer: tuple[str, ...] | None = None

    def body(self) -> ComposeResult:
        with Container(id="both"):
            yield AccountList()
            yield AccountDetail()
        yield FirstSteps()

    def on_mount(self) -> None:
        rows = self.query_one(AccountList).rows
        rows.add_class("marked")
        rows.focus()

    @property
    def chosen(self) -> Account | None:
        if not self.is_mounted:
            return None
        id_ = self.query_one(AccountList).rows.chosen
        return next((account for account in self.state.accounts if account["id"] == id_), None)

    def choose(self, account_id: str) -> None:
        if not self.query_one(AccountList).rows.choose(account_id):
            self._wanted = account_id

    def open(self, what: str) -> None:
        found = next(
            (account["id"] for account in self.state.accounts if what in (account["name"], account["id"])), what
        )
        self.choose(found)
        self.query_one(AccountList).rows.focus()

    def show(self, state: LiveState) -> None:
        empty = state.fetched and not state.accounts
        self.query_one("#both").display = bool(state.accounts)
        steps = self.query_one(FirstSteps)
        steps.display = empty
        if empty:
            steps.show_ways_to_add()
        accounts = self.query_one(AccountList)
        if not empty and self.focused is None:
            accounts.rows.focus()
        accounts.show(state.accounts, self.now, self.zone)
        if self._wanted is not None and accounts.rows.choose(self._wanted):
            self._wanted = None
        self._show_detail()

    def tick(self) -> None:
        super().tick()
        self.show(self.state)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one(AccountDetail).scroll_home(animate=False)
        self._show_detail()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """On to the detail: there arrows scroll."""
        self.query_one(AccountDetail).focus()

    def _show_detail(self) -> None:
        account = self.chosen
        if (possible := self.possible) != self._footer:
            # Each drawing of the footer goes over the line to the terminal.
            self._footer = possible
            self.refresh_bindings()
        if account is None:
            return
        id_ = account["id"]
        if self._read is None or self._read[0] != id_ or self.now - self._read[1] >= AGAIN_SECONDS:
            if self._read is None or self._read[0] != id_:
                self.query_one(AccountDetail).show_past({})
            self._read = (id_, self.now)
            self._read_history(id_)
        recorded = self._histories.get(id_)
        told = [each for each in self.state.happenings if each["accountId"] == id_]
        history = None if recorded is None else [*recorded, *told]
        self.query_one(AccountDetail).show(account, history, self.now, self.zone)

    def _read_history(self, account_id: str) -> None:
        async def read(client: Client) -> list[Json]:
            return await client.happenings(HISTORY, account_id)

        def known(history: list[Json]) -> None:
            self._histories[account_id] = tuple(history)
            self._show_detail()

        async def read_limits(client: Client) -> Json:
            return await client.limit_history(account_id, LIMITS_RANGE)

        def limits_known(history: Json) -> None:
            if self._read is not None and self._read[0] == account_id:
                self.query_one(AccountDetail).show_past(past_of(history))

        self.ask(read, known, group="history", exclusive=True)
        self.ask(read_limits, limits_known, group="limits", exclusive=True)
