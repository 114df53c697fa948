"""`claudeflare import ccflare DB`: accounts and history of ccflare and better-ccflare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claudeflare.cli.accepted_terms import with_terms
from claudeflare.cli.confirmation import confirm
from claudeflare.cli.counted_progress import counted_progress
from claudeflare.cli.credential_options import AcceptTerms
from claudeflare.cli.invocation import Conversation, conversation, invocation
from claudeflare.cli.options import JsonOfItsOwn, Yes
from claudeflare.cli.output import console, print_json, say
from claudeflare.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType

    from claudeflare.importing.account_plan import Decision
    from claudeflare.importing.transfer import Transfer, Transferred

imports = typer.Typer(help="Take over accounts and history of other programs.", no_args_is_help=True)

DAY_SECONDS = 86_400


@imports.callback()
def group() -> None:
    """Take over accounts and history of other programs."""


@dataclass(frozen=True, slots=True)
class _Output:
    """Where words go: beside JSON to standard error, so that JSON stays alone."""

    as_json: bool

    def lines(self, parts: Iterable[RenderableType]) -> None:
        if not self.as_json:
            say(*parts)
            return
        err = console(error=True)
        for part in parts:
            err.print(part)


@imports.command()
def ccflare(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="DB", help="ccflare.db or better-ccflare.db.", show_default=False)],
    *,
    accounts_only: Annotated[bool, typer.Option("--accounts-only", help="Leave out the requests.")] = False,
    history_only: Annotated[bool, typer.Option("--history-only", help="Leave out the accounts.")] = False,
    rename: Annotated[
        bool, typer.Option("--rename", help="Take accounts whose name is taken under another: NAME-2.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Yes = False,
    accept_terms: AcceptTerms = False,
    as_json: JsonOfItsOwn = False,
) -> None:
    """Take over accounts and requests of ccflare or better-ccflare from its database, which is only read.

    First it shows what it will do. Run again it goes on where it was, and takes nothing twice.
    """
    from claudeflare.importing.foreign_file import opened
    from claudeflare.importing.report import done as done_report
    from claudeflare.importing.report import planned
    from claudeflare.importing.survey import survey
    from claudeflare.importing.transfer import Transfer
    from claudeflare.presentation.import_lines import done_lines, plan_lines, question

    if accounts_only and history_only:
        raise typer.BadParameter("--accounts-only and --history-only leave nothing to do.")
    now, output = invocation(context).clock(), _Output(as_json)
    with opened(file) as foreign, conversation(context) as talk:
        days = talk.call(lambda client: client.retention())["requestDays"]
        found = survey(foreign, now - days * DAY_SECONDS)
        decisions = _decisions(talk, found.accounts, take=not history_only, rename=rename)
        plan = planned(found, decisions, history=not accounts_only)
        output.lines(plan_lines(plan, has_client=_has_client(talk), request_days=days))
        asked = question(plan)
        if dry_run or asked is None:
            output.lines(["Nothing was changed." if dry_run else "There is nothing to take over."])
            result = None
        else:
            confirm(asked, yes=yes)
            accounts = _take_accounts(talk, decisions, accept_terms=accept_terms)
            transfer = Transfer(file=foreign, source=found.program.name, decisions=decisions, now=now)
            requests = None if accounts_only else _take_requests(talk, transfer, found.requests)
            result = done_report(accounts, requests)
            output.lines(done_lines(result))
    if as_json:
        print_json({"plan": plan, "done": result})
    if result is not None and any("error" in each for each in result["accounts"]):
        raise typer.Exit(1)


def _decisions(talk: Conversation, old: list[Any], *, take: bool, rename: bool) -> list[Decision]:
    """Subscriptions first: whoever does not accept their terms has then changed nothing."""
    from claudeflare.importing.account_plan import plan
    from claudeflare.importing.old_requests import AccountHere

    present = [AccountHere(each["id"], each["name"]) for each in talk.call(lambda client: client.accounts())]
    decisions = plan(old, present, take=take, rename=rename)
    return sorted(decisions, key=lambda each: not each.old.may_be_subscription)


def _has_client(talk: Conversation) -> bool:
    settings = talk.call(lambda client: client.config())["settings"]
    return any(each["name"] == "oauth_client_id" and each["value"] for each in settings)


def _take_accounts(talk: Conversation, decisions: list[Decision], *, accept_terms: bool) -> list[dict[str, Any]]:
    """What the API answered of each; one that it does not take keeps nobody else out."""
    taken: list[dict[str, Any]] = []
    for decision in decisions:
        if decision.name is None:
            continue
        body = decision.old.body(decision.name)

        def send(accepted: bool, body: dict[str, Any] = body) -> Any:
            return talk.call(lambda client: client.import_account({**body, "acceptTerms": accepted}))

        try:
            taken.append(with_terms(send, accept=accept_terms))
        except (Conflict, InvalidInput) as error:
            taken.append({"name": decision.old.name, "error": str(error)})
    return taken


def _take_requests(talk: Conversation, transfer: Transfer, total: int) -> Transferred:
    with counted_progress("Requests", total) as show:
        return talk.call(lambda client: transfer.run(client, lambda so_far: show(so_far.seen)))
