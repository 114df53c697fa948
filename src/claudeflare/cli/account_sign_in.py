"""Signs in to an account by hand: shows a link, opens it, and takes the code that comes of it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from claudeflare.cli.accepted_terms import with_terms
from claudeflare.cli.browser import open_page
from claudeflare.cli.invocation import Conversation, conversation, invocation
from claudeflare.cli.output import console, fail
from claudeflare.errors import InvalidInput, Unreachable
from claudeflare.presentation.tables import HEADING

if TYPE_CHECKING:
    from claudeflare.client.resources import Account

TRIES = 5
"""Codes that may be pasted before the command gives up; each time the sign-in stays open."""


def sign_in(context: typer.Context, wanted: dict[str, Any], *, accept_terms: bool, browser: bool) -> Account:
    """Begin, ask and finish; `wanted` is the body of `POST /api/oauth/init`.

    All that is said on the way goes to standard error, so that standard output holds the result alone.
    """
    with conversation(context) as talk:
        begun = with_terms(
            lambda accepted: talk.call(lambda client: client.begin_sign_in({**wanted, "acceptTerms": accepted})),
            accept=accept_terms,
        )
        opened = browser and open_page(begun["authUrl"], invocation(context).environ)
        _explain(wanted["name"], begun["authUrl"], opened=opened)
        return _finish(talk, begun["sessionId"])


def _explain(name: str, url: str, *, opened: bool) -> None:
    from rich.panel import Panel
    from rich.text import Text

    first = "Your browser opens the page below." if opened else "Open the page below in a browser, on any machine."
    steps = f"1. {first}\n2. Sign in there and allow access.\n3. Copy the code it shows, and paste it here."
    out = console(error=True)
    out.print(Panel(Text(steps), title=Text(f"Sign in: {name}", style=HEADING), title_align="left", expand=False))
    # In one line, whatever the width: terminals follow it, and copying does not tear it.
    out.print(f"\n{url}\n", soft_wrap=True)


def _finish(talk: Conversation, session_id: str) -> Account:
    from claudeflare.client.client import Client

    for left in reversed(range(TRIES)):
        finish = partial(Client.finish_sign_in, session_id=session_id, code=_read_code())
        try:
            return talk.call(finish)
        except (InvalidInput, Unreachable) as error:
            if not left or not sys.stdin.isatty():
                raise
            fail(str(error))
    raise AssertionError("the last try returns or raises")


def _read_code() -> str:
    if sys.stdin.isatty():
        pasted: str = typer.prompt("Code", err=True)
    else:
        pasted = sys.stdin.readline()
    if not pasted.strip():
        raise InvalidInput("No code came on standard input. Paste it there, or run this on a terminal to be asked.")
    return pasted
