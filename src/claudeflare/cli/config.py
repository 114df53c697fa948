"""`claudeflare config show|check|path`: the settings in force and where they come from."""

from __future__ import annotations

from typing import Any

import typer

from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, JsonOfItsOwn
from claudeflare.cli.output import print_json, say
from claudeflare.presentation.tables import table

config = typer.Typer(help="Show and check the settings.", no_args_is_help=True)


@config.command()
def show(context: typer.Context, json: Json = False) -> None:
    """Show every setting with its value and where it comes from; secrets only as "set"."""
    answer = call(context, lambda client: client.config())
    if json:
        print_json(answer)
        return
    grid = table("Setting", "Value", "Source")
    for setting in answer["settings"]:
        grid.add_row(setting["name"], _shown(setting["value"]), setting["source"])
    say(grid)


@config.command()
def check(context: typer.Context, json: JsonOfItsOwn = False) -> None:
    """Check the environment and config.toml as the server would at its start."""
    loaded = invocation(context).load()
    given = sorted(name for name, source in loaded.sources.items() if source != "default")
    if json:
        print_json({"given": {name: loaded.sources[name] for name in given}})
        return
    say("The settings are good." if given else "The settings are good: all have their defaults.")
    for name in given:
        say(f"  {name} comes from {loaded.sources[name]}.")


@config.command()
def path(context: typer.Context, json: JsonOfItsOwn = False) -> None:
    """Print where config.toml is read from."""
    from claudeflare.home import Home

    file = Home(invocation(context).load().settings.home).config
    if json:
        print_json({"path": str(file), "exists": file.exists()})
    else:
        typer.echo(file)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return str(value)
