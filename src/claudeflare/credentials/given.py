"""What an owner gives to open an account without signing in, and the secret that is kept of it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Final

import msgspec

from claudeflare.credentials.kinds import ApiKey, Profile, StaticToken, StoredSecret, Wif
from claudeflare.credentials.profile_files import TOKEN_PATH, ProfileFiles
from claudeflare.credentials.terms import SUBSCRIPTION_TOKEN
from claudeflare.credentials.token_state import read_assertion
from claudeflare.errors import InvalidInput, SecretError

_FEDERATION: Final = ("assertion_file", "federation_rule_id", "organization_id", "service_account_id")
_OF_MODE: Final[dict[str, tuple[str, ...]]] = {
    "api-key": ("api_key",),
    "console": ("api_key",),
    "token": ("token",),
    "profile": ("profile", "config_dir"),
    "wif": (*_FEDERATION, "workspace_id"),
}
_BEGINNINGS: Final = {"federation_rule_id": "fdrl_", "service_account_id": "svac_", "workspace_id": "wrkspc_"}


class GivenCredential(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of every mode; None: not given."""

    api_key: str | None = None
    token: str | None = None
    profile: str | None = None
    config_dir: str | None = None
    assertion_file: str | None = None
    federation_rule_id: str | None = None
    organization_id: str | None = None
    service_account_id: str | None = None
    workspace_id: str | None = None

    def __repr__(self) -> str:
        return "GivenCredential(…)"

    @property
    def is_subscription(self) -> bool:
        """Whether it may be a subscription's token."""
        return self.token is not None and self.token.strip().startswith(SUBSCRIPTION_TOKEN)


def secret_of(mode: str, given: GivenCredential, upstream_url: str, before: StoredSecret | None = None) -> StoredSecret:
    """What is kept. Files are looked at, nobody is contacted.

    `before` is what the account had: places that are not given stay as they were. Raises `InvalidInput` for what is
    missing, cannot be right, or lies in files that cannot be used.
    """
    _refuse_others(mode, given)
    try:
        return _secret_of(mode, given, upstream_url, before)
    except SecretError as error:
        # Elsewhere it is our own secret that does not open; here it is what was just given.
        raise InvalidInput(str(error)) from error


def _secret_of(mode: str, given: GivenCredential, upstream_url: str, before: StoredSecret | None) -> StoredSecret:
    match mode:
        case "api-key" | "console":
            return _api_key(mode, given)
        case "token":
            return StaticToken(_needed(given.token, mode, "token"))
        case "profile":
            return _profile(given, before if isinstance(before, Profile) else None)
        case _:
            return _federated(given, upstream_url, before if isinstance(before, Wif) else None)


def _refuse_others(mode: str, given: GivenCredential) -> None:
    """Nothing is left out silently: what the mode has no use for was meant otherwise."""
    fitting = _OF_MODE.get(mode)
    if fitting is None:
        if mode == "max":
            raise InvalidInput("To an account of mode max one signs in: POST /api/oauth/init, or `claudeflare add`.")
        raise InvalidInput(f"There is no mode {mode!r}. Use one of: {', '.join([*_OF_MODE, 'max'])}.")
    others = [name for name in given.__struct_fields__ if name not in fitting and getattr(given, name) is not None]
    if others:
        raise InvalidInput(f"An account of mode {mode} takes no {_spelled(others[0])}.")


def _api_key(mode: str, given: GivenCredential) -> ApiKey:
    key = _needed(given.api_key, mode, "api_key")
    if key.strip().startswith(SUBSCRIPTION_TOKEN):
        raise InvalidInput("This is a token and not an API key. Use mode token for it.")
    return ApiKey(key)


def _profile(given: GivenCredential, before: Profile | None) -> Profile:
    directory = given.config_dir or (before.directory if before else str(Path.home() / ".config" / "anthropic"))
    if not Path(directory).is_absolute():
        raise InvalidInput("configDir has to be an absolute path.")
    name = given.profile or (before.name if before else active_profile(directory))
    profile = Profile(directory=directory, name=name)
    ProfileFiles(profile).read()
    return profile


def active_profile(directory: str) -> str:
    """The name of the profile that `ant` uses there when none is named."""
    try:
        return Path(directory, "active_config").read_text(encoding="utf-8").strip() or "default"
    except FileNotFoundError:
        return "default"
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{directory}/active_config cannot be read. Name the profile instead.") from error


def _federated(given: GivenCredential, upstream_url: str, before: Wif | None) -> Wif:
    values: dict[str, str] = {}
    for name in (*_FEDERATION, "workspace_id"):
        value = getattr(given, name) or (getattr(before, name) if before else None)
        if value is None and name == "workspace_id":
            value = "default"
        values[name] = _needed(value, "wif", name)
    for name, beginning in _BEGINNINGS.items():
        if not values[name].startswith(beginning) and values[name] != ("default" if name == "workspace_id" else None):
            raise InvalidInput(f"{_spelled(name)} begins with {beginning}; the Console shows it.")
    try:
        uuid.UUID(values["organization_id"])
    except ValueError:
        raise InvalidInput("organizationId is a UUID; the Console shows it.") from None
    if not Path(values["assertion_file"]).is_absolute():
        raise InvalidInput("assertionFile has to be an absolute path.")
    wif = Wif(
        assertion_file=values["assertion_file"],
        federation_rule_id=values["federation_rule_id"],
        organization_id=values["organization_id"],
        service_account_id=values["service_account_id"],
        workspace_id=values["workspace_id"],
        token_url=upstream_url + TOKEN_PATH,
    )
    if read_assertion(wif).count(".") != 2:
        raise InvalidInput(f"{wif.assertion_file} holds no identity token: a JWT has three parts with dots between.")
    return wif


def _needed(value: str | None, mode: str, name: str) -> str:
    if value is None or not value.strip():
        raise InvalidInput(f"An account of mode {mode} needs `{_spelled(name)}`.")
    return value.strip()


def _spelled(name: str) -> str:
    """As the REST API spells it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
