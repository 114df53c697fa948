"""Signing in on the provider's page: its terms, the link, and the code that comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.style import Style
from textual.widgets import Button, Input, Static

from claudeflare.client.resources import Account
from claudeflare.errors import ClaudeflareError, NotFound
from claudeflare.formatting import clock, epoch
from claudeflare.tui.browser import has_browser
from claudeflare.tui.dialogs.dialog import Dialog
from claudeflare.tui.dialogs.terms import with_terms
from claudeflare.tui.widgets.field import Field, text_field

if TYPE_CHECKING:
    from claudeflare.client.account_credentials import SignInBegun
    from claudeflare.client.client import Client

_FINISH: Final = "Finish"
_AGAIN: Final = "Start again"
_FIRST: Final = "Open this page in a browser, on any machine, and allow access. Then paste here the code it shows."


class SignInDialog(Dialog[Account]):
    """Ends with the account as the server answered it."""

    ACTION = _FINISH
    DEFAULT_CSS = """
    SignInDialog #link { color: $primary; margin: 1 0; height: auto; }
    """

    def __init__(self, wanted: dict[str, Any]) -> None:
        """`wanted`: the body of `POST /api/oauth/init`."""
        super().__init__()
        self._wanted = wanted
        self._begun: SignInBegun | None = None

    @property
    def heading(self) -> str:
        return f"Sign in: {self._wanted['name']}"

    def questions(self) -> ComposeResult:
        yield Static("Beginning …", id="first", markup=False)
        yield Static(id="link", markup=False)
        yield Static(id="until", classes="note", markup=False)
        yield text_field("Code", "code", hint="code#state, as the page shows it")

    def buttons(self) -> ComposeResult:
        yield Button(_FINISH, id="submit", variant="primary", compact=True)
        yield Button("Copy link", id="copy", compact=True)
        yield Button("Open browser", id="open", compact=True)
        yield Button("Cancel", id="back", compact=True)

    def on_mount(self) -> None:
        self.query_one("#open").display = has_browser(self.ui.around.environ)
        self._begin()

    def submit(self) -> None:
        if self._begun is None:
            self._begin()
            return
        session, code = self._begun["sessionId"], self.query_one("#code", Input).value.strip()
        if not code:
            self.say_problem("The code is empty. Allow access on the page above, and paste here what it shows.")
        else:
            self.attempt(lambda client: client.finish_sign_in(session, code), self.end)

    def failed(self, error: ClaudeflareError) -> None:
        super().failed(error)
        if isinstance(error, NotFound):
            # It is over: another code would be refused as well.
            self._begun = None
        if self._begun is None:
            self.query_one("#first", Static).update("")
        self._label()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Beside what the base class does, whose handler is called as well."""
        if self._begun is not None and event.button.id == "copy":
            self.app.copy_to_clipboard(self._begun["authUrl"])
            self.app.notify("The link is in the clipboard, if your terminal allows that.", markup=False)
            self.query_one("#code", Input).focus()
        elif self._begun is not None and event.button.id == "open":
            self.app.open_url(self._begun["authUrl"])

    def _begin(self) -> None:
        async def send(client: Client, accepted: bool) -> SignInBegun:
            return await client.begin_sign_in({**self._wanted, "acceptTerms": accepted})

        self.attempt(lambda client: with_terms(self, client, send), self._show)

    def _show(self, begun: SignInBegun) -> None:
        self._begun = begun
        url = begun["authUrl"]
        self.query_one("#first", Static).update(_FIRST)
        self.query_one("#link", Static).update(Content.styled(url, Style(link=url)))
        until = clock(epoch(begun["expiresAt"]) or 0.0, self.ui.around.zone)[:5]
        self.query_one("#until", Static).update(f"This sign-in stays open until {until}.\n")
        self.query_one("#code", Input).value = ""
        self._label()
        self.query_one("#code", Input).focus()

    def _label(self) -> None:
        submit = self.query_one("#submit", Button)
        submit.label = _AGAIN if self._begun is None else _FINISH
        submit.refresh(layout=True)
        for name in ("#copy", "#open"):
            self.query_one(name).disabled = self._begun is None
        for name in ("#link", "#until"):
            self.query_one(name).display = self._begun is not None
        self.query_one(Field).display = self._begun is not None
