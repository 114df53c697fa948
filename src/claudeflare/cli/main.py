"""The command line as a whole: options before any command, and what becomes of errors. `command_table` lists them."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from claudeflare.cli.command_table import COMMANDS
from claudeflare.cli.invocation import Invocation
from claudeflare.cli.lazy_commands import LazyGroup
from claudeflare.errors import ClaudeflareError


class Commands(LazyGroup):
    """Runs a command; an error meant for a person becomes one line on standard error and exit status 1."""

    table = COMMANDS

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # Typer's base names its private class
        try:
            return super().invoke(ctx)
        except ClaudeflareError as error:
            from claudeflare.cli.output import fail

            fail(str(error))
            raise typer.Exit(1) from None
        except typer.Abort:
            # Ctrl-C at a question; anywhere else Typer itself ends with the same status.
            typer.echo(err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Commands,
    # A traceback with local variables could show a secret.
    pretty_exceptions_enable=False,
    # Plain help and usage errors: boxes take longer to draw than commands to run, and are hard to search.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def claudeflare(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", envvar="CLAUDEFLARE_URL", help="The server to speak to. Default: this machine's own."
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN", help="Its control token; others on this machine can see it here: prefer CLAUDEFLARE_TOKEN."
        ),
    ] = None,
) -> None:
    """A Claude API proxy that spreads requests over your accounts, avoids rate limits, and records every request.

    Without a command: the terminal UI, and a server for it if none runs.
    """
    this = context.ensure_object(Invocation)
    this.url, this.token = url, token
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        from claudeflare.cli.terminal_ui import open_terminal_ui

        open_terminal_ui(context)
    else:
        typer.echo(context.get_help())


def main() -> None:
    """Run what the command line says."""
    app(prog_name="claudeflare")
