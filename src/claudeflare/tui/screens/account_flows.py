"""Adding an account and giving one another credential, as the steps they consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from claudeflare.client.account_credentials import NewAccount, NewCredential
from claudeflare.client.client import Client
from claudeflare.client.resources import Account
from claudeflare.tui.account_kinds import KEY_OF_CONSOLE, kind_of
from claudeflare.tui.dialogs.add_account import AddAccountDialog, Draft
from claudeflare.tui.dialogs.confirm import OTHER, ConfirmDialog, Question
from claudeflare.tui.dialogs.credential import CredentialDialog
from claudeflare.tui.dialogs.sign_in import SignInDialog

if TYPE_CHECKING:
    from claudeflare.tui.app import TerminalUI


async def add_account(ui: TerminalUI) -> Account | None:
    """The account that was added; None when the user left. Going back keeps what was filled in."""
    draft: Draft | None = None
    while (draft := await ui.push_screen_wait(AddAccountDialog(draft))) is not None:
        added = await _opened(ui, draft)
        if added is not None:
            return added
    return None


async def log_in(ui: TerminalUI, account: Account) -> Account | None:
    """The account with another credential of its mode; None when the user left."""
    kind, name = kind_of(account["mode"]), account["name"]
    if account["mode"] == "console":
        choice = await ui.push_screen_wait(ConfirmDialog(_how_to_log_in(name)))
        if choice is None:
            return None
        if choice == OTHER:
            kind = KEY_OF_CONSOLE
    if not kind.fields:
        return await ui.push_screen_wait(SignInDialog({"name": name, "mode": account["mode"], "again": True}))

    async def give(client: Client, credential: dict[str, Any]) -> Account:
        return await client.login(name, cast(NewCredential, credential))

    return await ui.push_screen_wait(CredentialDialog(name, kind, give))


async def _opened(ui: TerminalUI, draft: Draft) -> Account | None:
    kind = kind_of(draft["mode"])
    if not kind.fields:
        return await ui.push_screen_wait(SignInDialog(draft))

    async def give(client: Client, credential: dict[str, Any]) -> Account:
        return await client.add_account(cast(NewAccount, {**draft, **credential}))

    return await ui.push_screen_wait(CredentialDialog(draft["name"], kind, give))


def _how_to_log_in(name: str) -> Question:
    text = "Sign in at the Claude Console, which makes another key, or give it a key that you have."
    return Question(f"Log in: {name}", text, "Sign in", destroys=False, other="Give a key")
