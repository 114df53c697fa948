"""Arguments and options that several commands share, worded once."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.completed_names import account_names

AccountName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The account's name.", show_default=False, autocompletion=account_names),
]
NewAccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.", show_default=False)]
RequestId = Annotated[str, typer.Argument(metavar="ID", help="The request's id.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print exactly what the API answers, and nothing else.")]
JsonOfItsOwn = Annotated[bool, typer.Option("--json", help="Print it as JSON, and nothing else.")]
"""Where no one route answers it; `cli.json_output` has the shape."""
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
