"""What the owner sets of an account: name, tier, priority, reserve, extra usage, base URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.widgets import Input

from claudeflare.client.resources import Account
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.widgets.choice import Choice
from claudeflare.tui.widgets.field import Field, text_field

if TYPE_CHECKING:
    from claudeflare.client.resources import Json

TIERS: Final = (("1", "1×"), ("5", "5×"), ("20", "20×"))
EXTRA_USAGE: Final = (("server", "as the server says"), ("yes", "allowed"), ("no", "not allowed"))


class AccountSettingsDialog(Dialog[Account]):
    """Saves what differs, and nothing else."""

    ACTION = "Save"

    def __init__(self, account: Account, focus: str = "tier") -> None:
        """`focus`: the field the user means."""
        super().__init__()
        self._account = account
        self._focus = focus

    @property
    def heading(self) -> str:
        return f"Settings: {self._account['name']}"

    def questions(self) -> ComposeResult:
        draft = draft_of(self._account)
        yield text_field("Name", "name", draft["name"])
        yield Field("Tier", Choice(TIERS, draft["tier"], id="tier"))
        yield text_field("Priority", "priority", draft["priority"], "lower ones are used first")
        yield text_field("Reserve, %", "reserve", draft["reserve"], "of a usage window; empty: as the server says")
        yield Field("Extra usage", Choice(EXTRA_USAGE, draft["allowExtraUsage"], id="allowExtraUsage"))
        yield text_field("Base URL", "baseUrl", draft["baseUrl"], "empty: the server's own upstream")

    def on_mount(self) -> None:
        self.query_one(f"#{self._focus}").focus()

    def submit(self) -> None:
        draft = {field.id or "": field.value.strip() for field in self.query(Input)}
        draft |= {choice.id or "": choice.value for choice in self.query(Choice)}
        try:
            changed = change_of(draft, self._account)
        except ValueError as error:
            self.say_problem(str(error))
            return
        if not changed:
            self.end(None)
            return
        name = self._account["id"]
        self.attempt(lambda client: client.change_account(name, changed), self.end)


def draft_of(account: Account) -> dict[str, str]:
    """What the form shows."""
    extra = account["allowExtraUsage"]
    return {
        "name": account["name"],
        "tier": str(account["tier"]),
        "priority": str(account["priority"]),
        "reserve": "" if account["reserve"] is None else f"{account['reserve'] * 100:g}",
        "allowExtraUsage": "server" if extra is None else "yes" if extra else "no",
        "baseUrl": account["baseUrl"] or "",
    }


def change_of(draft: dict[str, str], account: Account) -> Json:
    """What of it differs, as the API takes it. Raises ValueError for what is no number."""
    before = draft_of(account)
    return {name: _value(name, text) for name, text in draft.items() if text != before[name]}


def _value(name: str, text: str) -> str | int | float | bool | None:
    match name:
        case "tier" | "priority":
            return _whole(text)
        case "reserve":
            return _share(text) if text else None
        case "allowExtraUsage":
            return None if text == "server" else text == "yes"
        case "baseUrl":
            return text or None
        case _:
            return text


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("The priority is a whole number; lower ones are used first.") from None


def _share(text: str) -> float:
    try:
        return float(text.removesuffix("%")) / 100
    except ValueError:
        raise ValueError("The reserve is a percentage from 1 to 100, or empty.") from None
