"""`claudeflare add NAME`: a new account; its key comes from a hidden prompt or standard input, never as an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from claudeflare.cli.accepted_terms import with_terms
from claudeflare.cli.account_sign_in import sign_in
from claudeflare.cli.credential_options import (
    AcceptTerms,
    AssertionFile,
    Browser,
    ConfigDir,
    CredentialOptions,
    Organization,
    ProfileName,
    Rule,
    ServiceAccount,
    Workspace,
)
from claudeflare.cli.invocation import call, invocation
from claudeflare.cli.options import Json, NewAccountName
from claudeflare.cli.output import print_json, say
from claudeflare.cli.profile_words import say_who_renews
from claudeflare.cli.tier import Tier

if TYPE_CHECKING:
    from claudeflare.client.account_credentials import NewAccount
    from claudeflare.client.resources import Account

Mode = Literal["api-key", "console", "max", "token", "profile", "wif"]
SIGNED_IN = ("console", "max")


def add(
    context: typer.Context,
    name: NewAccountName,
    mode: Annotated[Mode, typer.Option(help="How the account is opened.")] = "api-key",
    tier: Annotated[Tier, typer.Option(metavar="1|5|20", help="Relative capacity.")] = "1",
    priority: Annotated[int, typer.Option(metavar="N", help="Lower numbers are used first.")] = 0,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where its requests go, instead of the server's own upstream.")
    ] = None,
    reserve: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Leave it alone from this share of a usage window, e.g. 0.8.")
    ] = None,
    extra_usage: Annotated[
        bool | None,
        typer.Option("--extra-usage/--no-extra-usage", help="Whether to use it beyond its plan.", show_default=False),
    ] = None,
    browser: Browser = True,
    profile: ProfileName = None,
    config_dir: ConfigDir = None,
    assertion_file: AssertionFile = None,
    rule: Rule = None,
    organization: Organization = None,
    service_account: ServiceAccount = None,
    workspace: Workspace = None,
    accept_terms: AcceptTerms = False,
    as_json: Json = False,
) -> None:
    """Add an account. A key or token is asked for, or read from standard input; then nothing is contacted.

    Modes max and console sign in with a browser; profile uses a login of `ant`, wif a workload's identity.
    """
    options = CredentialOptions(
        profile=profile,
        config_dir=config_dir,
        assertion_file=assertion_file,
        rule=rule,
        organization=organization,
        service_account=service_account,
        workspace=workspace,
    )
    account: NewAccount = {
        "name": name,
        "mode": mode,
        "tier": int(tier),
        "priority": priority,
        "baseUrl": base_url,
        "reserve": reserve,
        "allowExtraUsage": extra_usage,
    }
    if mode in SIGNED_IN:
        options.check(mode)
        added = sign_in(context, dict(account), accept_terms=accept_terms, browser=browser)
    else:
        account.update(options.credential(mode, invocation(context)))  # type: ignore[typeddict-item]
        added = with_terms(lambda accepted: _add(context, account, accepted), accept=accept_terms)
    if as_json:
        print_json(added)
    else:
        say(f"{added['name']} is added ({added['mode']}, tier {added['tier']}, priority {added['priority']}).")
        say_who_renews(added)


def _add(context: typer.Context, account: NewAccount, accepted: bool) -> Account:
    whole: NewAccount = {**account, "acceptTerms": accepted}
    return call(context, lambda client: client.add_account(whole))
