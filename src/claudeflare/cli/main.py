"""The command line as a whole: which commands there are, and what becomes of their errors."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from claudeflare.cli.add import add
from claudeflare.cli.audit import audit
from claudeflare.cli.backup import backup
from claudeflare.cli.clear_history import clear_history
from claudeflare.cli.clear_limit import clear_limit
from claudeflare.cli.completion import completion
from claudeflare.cli.config import config
from claudeflare.cli.dashboard import dashboard
from claudeflare.cli.demo import demo
from claudeflare.cli.explain import explain
from claudeflare.cli.export import export
from claudeflare.cli.invocation import Invocation
from claudeflare.cli.keys import keys
from claudeflare.cli.list import list_accounts
from claudeflare.cli.login import login
from claudeflare.cli.logs import logs
from claudeflare.cli.output import fail
from claudeflare.cli.pause import pause
from claudeflare.cli.remove import remove
from claudeflare.cli.rename import rename
from claudeflare.cli.request import request
from claudeflare.cli.requests import requests
from claudeflare.cli.reset_stats import reset_stats
from claudeflare.cli.restore import restore
from claudeflare.cli.resume import resume
from claudeflare.cli.run import PASS_THROUGH, run
from claudeflare.cli.secrets import secrets
from claudeflare.cli.serve import serve
from claudeflare.cli.show import show
from claudeflare.cli.simulate import simulate
from claudeflare.cli.simulator import simulator
from claudeflare.cli.stats import stats
from claudeflare.cli.status import status
from claudeflare.cli.strategy import strategy
from claudeflare.cli.tier import tier
from claudeflare.cli.token import token
from claudeflare.cli.version import version
from claudeflare.errors import ClaudeflareError


class Commands(TyperGroup):
    """Runs a command; an error meant for a person becomes one line on standard error and exit status 1."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # Typer's base names its private class
        try:
            return super().invoke(ctx)
        except ClaudeflareError as error:
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
    """A Claude API proxy that spreads requests over your accounts, avoids rate limits, and records every request."""
    this = context.ensure_object(Invocation)
    this.url, this.token = url, token
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_SERVER, _ACCOUNTS, _TRAFFIC, _SETTINGS = "Server", "Accounts", "Traffic", "Settings"

app.command(rich_help_panel=_SERVER)(serve)
app.command(rich_help_panel=_SERVER)(status)
app.command(rich_help_panel=_SERVER)(logs)
app.command(rich_help_panel=_SERVER)(dashboard)
app.command(rich_help_panel=_SERVER, context_settings=PASS_THROUGH)(run)
app.command(rich_help_panel=_SERVER)(demo)
app.command(rich_help_panel=_SERVER)(simulator)
app.command(rich_help_panel=_SERVER)(version)

app.command(rich_help_panel=_ACCOUNTS)(add)
app.command("list", rich_help_panel=_ACCOUNTS)(list_accounts)
app.command(rich_help_panel=_ACCOUNTS)(show)
app.command(rich_help_panel=_ACCOUNTS)(remove)
app.command(rich_help_panel=_ACCOUNTS)(rename)
app.command(rich_help_panel=_ACCOUNTS)(pause)
app.command(rich_help_panel=_ACCOUNTS)(resume)
app.command(rich_help_panel=_ACCOUNTS)(tier)
app.command(rich_help_panel=_ACCOUNTS)(login)
app.command("clear-limit", rich_help_panel=_ACCOUNTS)(clear_limit)

app.command(rich_help_panel=_TRAFFIC)(stats)
app.command("reset-stats", rich_help_panel=_TRAFFIC)(reset_stats)
app.command(rich_help_panel=_TRAFFIC)(requests)
app.command(rich_help_panel=_TRAFFIC)(request)
app.command(rich_help_panel=_TRAFFIC)(explain)
app.command(rich_help_panel=_TRAFFIC)(export)
app.command("clear-history", rich_help_panel=_TRAFFIC)(clear_history)

app.command(rich_help_panel=_SETTINGS)(strategy)
app.command(rich_help_panel=_SETTINGS)(simulate)
app.add_typer(keys, name="keys", rich_help_panel=_SETTINGS)
app.add_typer(config, name="config", rich_help_panel=_SETTINGS)
app.add_typer(token, name="token", rich_help_panel=_SETTINGS)
app.command(rich_help_panel=_SETTINGS)(audit)
app.add_typer(secrets, name="secrets", rich_help_panel=_SETTINGS)
app.command(rich_help_panel=_SETTINGS)(backup)
app.command(rich_help_panel=_SETTINGS)(restore)
app.command(rich_help_panel=_SETTINGS)(completion)


def main() -> None:
    """Entry of the `claudeflare` command."""
    app(prog_name="claudeflare")
