"""Asks for what opens an account that nobody signs in to: a key, a token, or where such things lie on the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import ComposeResult
from textual.widgets import Input, Static

from claudeflare.client.client import Client
from claudeflare.client.resources import Account
from claudeflare.tui.account_kinds import Kind, credential
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.dialogs.terms import with_terms
from claudeflare.tui.widgets.field import secret_field, text_field

Give = Callable[[Client, dict[str, Any]], Awaitable[Account]]
"""Sends a credential, `acceptTerms` with it, for the account that is meant."""


class CredentialDialog(Dialog[Account]):
    """Ends with the account as the server answered it."""

    ACTION = "Save"

    def __init__(self, name: str, kind: Kind, give: Give) -> None:
        super().__init__()
        self._name_of_account = name
        self._kind = kind
        self._give = give

    @property
    def heading(self) -> str:
        return f"{self._name_of_account}: {self._kind.title}"

    def questions(self) -> ComposeResult:
        yield Static(f"{self._kind.text} {self._kind.note}\n", classes="note", markup=False)
        for field in self._kind.fields:
            make = secret_field if field.secret else text_field
            yield make(field.label, field.name, hint=field.hint)

    def submit(self) -> None:
        filled = {field.id or "": field.value for field in self.query(Input)}
        given = credential(self._kind, filled)
        missing = [field.label for field in self._kind.fields if field.secret and field.name not in given]
        if missing:
            self.say_problem(f"{missing[0]} is empty. Paste it there; it is not shown.")
            return

        async def send(client: Client, accepted: bool) -> Account:
            return await self._give(client, {**given, "acceptTerms": accepted})

        self.attempt(lambda client: with_terms(self, client, send), self.end)
