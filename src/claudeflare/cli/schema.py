"""`claudeflare schema COMMAND`: the JSON Schema of what a command prints with `--json`."""

from __future__ import annotations

from typing import Annotated

import typer

from claudeflare.cli.output import print_json
from claudeflare.errors import NotFound


def schema(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND …", help="As in: status, or keys list.")],
) -> None:
    """Print the JSON Schema of what a command prints with --json, to check it or to make types of it."""
    from claudeflare.cli.json_output import JSON_OUTPUT

    name = " ".join(command)
    if name not in JSON_OUTPUT:
        raise NotFound(f"{name!r} prints no JSON. These do: {', '.join(JSON_OUTPUT)}.")
    from claudeflare.api.app import describe_app

    print_json(JSON_OUTPUT[name].whole_schema(describe_app().openapi()))
