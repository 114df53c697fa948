"""What the provider's published terms say about subscriptions; read and accepted before one is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from claudeflare.errors import InvalidInput, TermsNotAccepted
from claudeflare.tui.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from claudeflare.client.client import Client

T = TypeVar("T")


class TermsDialog(Dialog[bool]):
    """True when they were accepted."""

    TITLE_WORDS = "The provider's terms"
    ACTION = "I have read this and go on"

    def __init__(self, terms: dict[str, Any]) -> None:
        """`terms`: as `GET /api/oauth/terms` tells them."""
        super().__init__()
        self._terms = terms

    def questions(self) -> ComposeResult:
        terms = self._terms
        yield Static(Content.styled(str(terms.get("title", "")), "bold"))
        for point in terms.get("points", ()):
            yield Static(f"- {point}", markup=False)
        read = "\n".join(str(address) for address in terms.get("readMore", ()))
        yield Static(
            f"As read on {terms.get('asOf')}. What counts is the text itself:\n{read}", classes="note", markup=False
        )

    def submit(self) -> None:
        self.end(True)


async def with_terms(dialog: Dialog[Any], client: Client, action: Callable[[Client, bool], Awaitable[T]]) -> T:
    """Do `action`, which is told whether the terms are accepted; show them when it wants that and it is not known yet.

    Raises InvalidInput when the reader does not accept. Has to run in a worker of `dialog`.
    """
    try:
        return await action(client, False)
    except TermsNotAccepted as error:
        terms = error.details or {}
    if not terms.get("acceptedAt") and not await dialog.app.push_screen_wait(TermsDialog(terms)):
        raise InvalidInput("The terms were not accepted, and nothing was changed.")
    return await action(client, True)
