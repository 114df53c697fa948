"""Arguments and options that several commands share, worded once."""

from __future__ import annotations

from typing import Annotated

import typer

AccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.", show_default=False)]
RequestId = Annotated[str, typer.Argument(metavar="ID", help="The request's id.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print exactly what the API answers, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
