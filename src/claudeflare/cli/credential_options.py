"""Options that say what opens an account, shared by `add` and `login`; secrets are never among them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claudeflare.cli.secret_input import read_secret
from claudeflare.errors import InvalidInput

if TYPE_CHECKING:
    from claudeflare.cli.invocation import Invocation
    from claudeflare.client.account_credentials import NewCredential

_PROFILE, _FEDERATION, _SIGN_IN = "Options of mode profile", "Options of mode wif", "Options of modes max and console"

ProfileName = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="Profile of `ant auth login`.", rich_help_panel=_PROFILE),
]
ConfigDir = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Where its files lie; ~/.config/anthropic by default.", rich_help_panel=_PROFILE),
]
AssertionFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Holds the identity token, a JWT.", rich_help_panel=_FEDERATION),
]
Rule = Annotated[
    str | None, typer.Option("--rule", metavar="FDRL", help="Federation rule.", rich_help_panel=_FEDERATION)
]
Organization = Annotated[str | None, typer.Option(metavar="UUID", help="Organization.", rich_help_panel=_FEDERATION)]
ServiceAccount = Annotated[
    str | None, typer.Option(metavar="SVAC", help="Service account.", rich_help_panel=_FEDERATION)
]
Workspace = Annotated[
    str | None,
    typer.Option(metavar="WRKSPC", help="Workspace; else the default one.", rich_help_panel=_FEDERATION),
]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Whether to open a browser.", rich_help_panel=_SIGN_IN)
]
AcceptTerms = Annotated[
    bool,
    typer.Option("--accept-terms", help="Accept the provider's terms on subscriptions unasked."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialOptions:
    """What was said of the credential."""

    profile: str | None
    config_dir: Path | None
    assertion_file: Path | None
    rule: str | None
    organization: str | None
    service_account: str | None
    workspace: str | None

    def credential(self, mode: str, this: Invocation) -> NewCredential:
        """What opens an account of this mode; its secret is read now. Raises `InvalidInput` for another mode's options.

        Paths are made absolute: whoever opens the files works elsewhere.
        """
        self.check(mode)
        match mode:
            case "api-key" | "console":
                return {"apiKey": read_secret("API key")}
            case "token":
                return {"token": read_secret("token")}
            case "profile":
                return self._profile(this)
            case _:
                return {
                    "assertionFile": _absolute(self.assertion_file),
                    "federationRuleId": self.rule,
                    "organizationId": self.organization,
                    "serviceAccountId": self.service_account,
                    "workspaceId": self.workspace,
                }

    def _profile(self, this: Invocation) -> NewCredential:
        directory, name = self.config_dir, self.profile
        if this.url is None:
            # As `ant` itself reads them. A server that was named may be another machine's, where this means nothing.
            directory = directory or (Path(found) if (found := this.environ.get("ANTHROPIC_CONFIG_DIR")) else None)
            name = name or this.environ.get("ANTHROPIC_PROFILE") or None
        return {"profile": name, "configDir": _absolute(directory)}

    def check(self, mode: str) -> None:
        """Raise `InvalidInput` for an option that another mode has."""
        for field in fields(self):
            belongs = "profile" if field.name in ("profile", "config_dir") else "wif"
            if getattr(self, field.name) is not None and mode != belongs:
                option = field.name.replace("_", "-")
                raise InvalidInput(f"--{option} is for accounts of mode {belongs}; this one's is {mode}.")


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().absolute())
