"""The kinds of accounts there are, what each is asked for, and what is sent of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing to be filled in; `name` is the API's."""

    name: str
    label: str
    hint: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One mode of accounts."""

    mode: str
    title: str
    text: str
    fields: tuple[CredentialField, ...] = ()
    """Empty: one signs in on a page of the provider."""
    note: str = ""


_KEY: Final = CredentialField("apiKey", "API key", "sk-ant-api…", secret=True)
_KEPT: Final = "It is kept encrypted, and not shown again."

KINDS: Final = (
    Kind("api-key", "API key", "A key of the Claude Console, billed by use.", (_KEY,), _KEPT),
    Kind("console", "Console sign-in", "Signs in to the Claude Console and has a key made."),
    Kind("max", "Plan sign-in", "Signs in to a Pro or Max plan; terms first."),
    Kind(
        "token",
        "Bearer token",
        "A token that you have; nobody renews it.",
        (CredentialField("token", "Token", "sk-ant-oat…", secret=True),),
        _KEPT,
    ),
    Kind(
        "profile",
        "Profile",
        "What `ant auth login` keeps on the server.",
        (
            CredentialField("profile", "Profile", "empty: the one that is active"),
            CredentialField("configDir", "Directory", "empty: ~/.config/anthropic"),
        ),
        "The files lie on the server's machine, and are read there.",
    ),
    Kind(
        "wif",
        "Workload identity",
        "A token of your cloud or CI, exchanged.",
        (
            CredentialField("assertionFile", "Assertion file", "absolute path of a file with a JWT"),
            CredentialField("federationRuleId", "Federation rule", "fdrl_…"),
            CredentialField("organizationId", "Organization", "its id"),
            CredentialField("serviceAccountId", "Service account", "svac_…"),
            CredentialField("workspaceId", "Workspace", "wrkspc_…; empty: the default one"),
        ),
        "The file lies on the server's machine, and is read there at each exchange.",
    ),
)
KEY_OF_CONSOLE: Final = Kind("console", "API key", "A key that you have, instead of a sign-in.", (_KEY,), _KEPT)


def kind_of(mode: str) -> Kind:
    """The kind of a mode; what is not known is taken for one with a key."""
    return next((kind for kind in KINDS if kind.mode == mode), KINDS[0])


def credential(kind: Kind, filled: Mapping[str, str]) -> dict[str, str]:
    """What opens the account, as the API takes it; what was left empty is the server's to choose."""
    found = {field.name: filled.get(field.name, "").strip() for field in kind.fields}
    return {name: value for name, value in found.items() if value}
