"""What is sealed for an account: one kind of secret for each way an account is opened. `repr` never shows a secret."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from claudeflare.errors import SecretError


class ApiKey(msgspec.Struct, frozen=True, tag="api-key"):
    """A key of the Claude Console: given by the owner, or made for them by a sign-in."""

    key: str

    def __repr__(self) -> str:
        return "ApiKey(…)"


class StaticToken(msgspec.Struct, frozen=True, tag="token"):
    """A bearer token that nobody here can renew."""

    token: str

    def __repr__(self) -> str:
        return "StaticToken(…)"


class OAuthTokens(msgspec.Struct, frozen=True, kw_only=True, tag="oauth"):
    """What a sign-in gave: a short-lived access token, and the token that fetches the next, which works once."""

    access_token: str
    refresh_token: str
    expires_at: float
    """UTC epoch seconds by our own clock: when the answer came plus what it said the token lives."""
    client_id: str
    token_url: str
    scopes: tuple[str, ...] = ()
    lifetime: float = 0.0
    """Seconds the token lived when it came; 0: not known."""
    refused: str = ""
    """Why the token endpoint gives no more tokens for this pair; then the owner has to sign in again."""

    def __repr__(self) -> str:
        return f"OAuthTokens(…, expires_at={self.expires_at}, token_url={self.token_url!r})"


class Profile(msgspec.Struct, frozen=True, kw_only=True, tag="profile"):
    """Where a profile of the `ant` command line lies. Its tokens stay in its own files, read at each use."""

    directory: str
    """The configuration directory: holds `configs/NAME.json` and `credentials/NAME.json`."""
    name: str
    refused: str = ""
    """Why the token endpoint gives no more tokens for what the file held at `refused_version`."""
    refused_version: int = 0
    """See `profile_files.ProfileTokens.version`: tokens written since are not meant."""


class Wif(msgspec.Struct, frozen=True, kw_only=True, tag="wif"):
    """Workload identity federation: a token of somebody else's, in a file, is exchanged for one of the API's."""

    assertion_file: str
    """Holds the JWT; read at each exchange, because whoever writes it replaces it in time."""
    federation_rule_id: str
    organization_id: str
    service_account_id: str
    token_url: str
    workspace_id: str = "default"
    access_token: str = ""
    """The latest; empty before the first exchange."""
    expires_at: float = 0.0
    """See `OAuthTokens.expires_at`."""
    lifetime: float = 0.0
    refused: str = ""
    """Why the last exchange was refused."""
    refused_version: int = 0
    """What the file held then, see `token_state.assertion_version`: another token is tried."""

    def __repr__(self) -> str:
        return f"Wif(assertion_file={self.assertion_file!r}, federation_rule_id={self.federation_rule_id!r}, …)"


StoredSecret: TypeAlias = ApiKey | StaticToken | OAuthTokens | Profile | Wif

_MODES: Final[dict[type[StoredSecret], tuple[str, ...]]] = {
    ApiKey: ("api-key", "console"),
    StaticToken: ("token",),
    OAuthTokens: ("max", "console"),
    Profile: ("profile",),
    Wif: ("wif",),
}

_decoder: Final = msgspec.json.Decoder[StoredSecret](StoredSecret)


def modes_of(secret: StoredSecret) -> tuple[str, ...]:
    """The modes of accounts (`storage.account_rules.MODES`) that this kind of secret opens."""
    return _MODES[type(secret)]


def pack(secret: StoredSecret) -> str:
    """The text that is sealed."""
    return msgspec.json.encode(secret).decode()


def unpack(plain: str) -> StoredSecret:
    """The secret in an opened text. Raises `SecretError` when it is of no kind known here."""
    try:
        secret: StoredSecret = _decoder.decode(plain)
    except msgspec.DecodeError:
        # Without its cause: that would quote the secret.
        raise SecretError("The secret is of a kind this version does not know. Was a newer one here?") from None
    return secret
