"""Shows the provider's terms once, and asks whether they are accepted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import typer

from claudeflare.cli.output import console
from claudeflare.errors import TermsNotAccepted
from claudeflare.presentation.tables import HEADING, QUIET

T = TypeVar("T")


def with_terms(action: Callable[[bool], T], *, accept: bool) -> T:
    """Do `action`, which is told whether the terms are accepted; ask when it wants that and it is not known yet.

    Raises `TermsNotAccepted` where nobody can be asked, and ends the command on a no.
    """
    try:
        return action(accept)
    except TermsNotAccepted as error:
        terms = error.details or {}
        if not terms.get("acceptedAt"):
            _ask(error, terms)
    return action(True)


def _ask(error: TermsNotAccepted, terms: dict[str, object]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out = console(error=True)
    out.print(Text(str(terms.get("title")), style=HEADING))
    out.print(Text(f"In short, as read on {terms.get('asOf')}. What counts is the text itself.\n", style=QUIET))
    for point in _texts(terms.get("points")):
        out.print(Padding(Text(f"- {point}"), (0, 0, 1, 0)))
    for address in _texts(terms.get("readMore")):
        out.print(address, soft_wrap=True)
    if not sys.stdin.isatty():
        raise error
    typer.echo(err=True)
    if not typer.confirm("Do you accept that, and add the account on your own responsibility?", err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(1)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
