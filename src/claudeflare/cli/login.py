"""`claudeflare login NAME`: gives an account that exists its credential anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.accepted_terms import with_terms
from claudeflare.cli.account_sign_in import sign_in
from claudeflare.cli.add import SIGNED_IN
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
from claudeflare.cli.options import AccountName, Json
from claudeflare.cli.output import print_json, say
from claudeflare.cli.profile_words import say_who_renews

if TYPE_CHECKING:
    from claudeflare.client.account_credentials import NewCredential
    from claudeflare.client.resources import Account


def login(
    context: typer.Context,
    name: AccountName,
    api_key: Annotated[
        bool, typer.Option("--api-key", help="Give an account of mode console a key by hand instead of signing in.")
    ] = False,
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
    """Give an account another credential, or sign in to it again; its name, settings and history stay.

    A key or token is asked for, or read from standard input. Of a profile or a workload the files are looked at again.
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
    mode = call(context, lambda client: client.account(name))["mode"]
    options.check(mode)
    if mode in SIGNED_IN and not (mode == "console" and api_key):
        wanted = {"name": name, "mode": mode, "again": True}
        account = sign_in(context, wanted, accept_terms=accept_terms, browser=browser)
    else:
        credential = options.credential(mode, invocation(context))
        account = with_terms(lambda accepted: _login(context, name, credential, accepted), accept=accept_terms)
    if as_json:
        print_json(account)
    else:
        say(f"{account['name']} has a new credential.")
        say_who_renews(account)


def _login(context: typer.Context, name: str, credential: NewCredential, accepted: bool) -> Account:
    whole: NewCredential = {**credential, "acceptTerms": accepted}
    return call(context, lambda client: client.login(name, whole))
