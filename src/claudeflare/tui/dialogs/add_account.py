"""The first step of adding an account: what kind it is, and how it is called and used."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from claudeflare.tui.account_kinds import KINDS
from claudeflare.tui.dialogs.account_settings import TIERS
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.widgets.choice import Choice
from claudeflare.tui.widgets.field import Field, text_field
from claudeflare.tui.widgets.row_list import RowList

Draft = dict[str, Any]
"""The account as it is to be: what `POST /api/accounts` takes, without a credential."""


class AddAccountDialog(Dialog[Draft]):
    """Ends with the draft."""

    TITLE_WORDS = "Add account"
    ACTION = "Continue"
    DEFAULT_CSS = """
    AddAccountDialog RowList { height: 6; margin-bottom: 1; }
    """

    def __init__(self, draft: Draft | None = None) -> None:
        """`draft`: what was filled in before."""
        super().__init__()
        self._draft: Draft = draft or {"name": "", "mode": "api-key", "tier": 1, "priority": 0, "baseUrl": None}

    def questions(self) -> ComposeResult:
        draft = self._draft
        yield RowList(id="kinds", classes="marked")
        yield text_field("Name", "name", draft["name"], "as you call it: work, spare, …")
        yield Field("Tier", Choice(TIERS, str(draft["tier"]), id="tier"))
        yield text_field("Priority", "priority", str(draft["priority"]), "lower ones are used first")
        yield text_field("Base URL", "baseUrl", draft["baseUrl"] or "", "empty: the server's own upstream")
        yield Static()

    def on_mount(self) -> None:
        kinds = self.query_one(RowList)
        kinds.put(
            [(kind.mode, Content.assemble((kind.title.ljust(18), "bold"), (kind.text, "$quiet"))) for kind in KINDS]
        )
        kinds.choose(self._draft["mode"])
        kinds.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.query_one("#name").focus()

    def submit(self) -> None:
        values = {field.id: field.value.strip() for field in self.query(Input)}
        if not values["name"]:
            self.say_problem("The account needs a name.")
            self.query_one("#name").focus()
            return
        try:
            priority = int(values["priority"] or 0)
        except ValueError:
            self.say_problem("The priority is a whole number; lower ones are used first.")
            self.query_one("#priority").focus()
            return
        self.end(
            {
                "name": values["name"],
                "mode": self.query_one(RowList).chosen or "api-key",
                "tier": int(self.query_one(Choice).value),
                "priority": priority,
                "baseUrl": values["baseUrl"] or None,
            }
        )
