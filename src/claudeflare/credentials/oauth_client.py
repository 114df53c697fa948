"""The OAuth client an owner signs accounts in with, as the settings describe it. None is built in."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import msgspec

from claudeflare.errors import InvalidInput
from claudeflare.settings import Settings

MAX: Final = "max"
CONSOLE: Final = "console"

_AUTHORIZE_URLS: Final = {
    MAX: "https://claude.ai/oauth/authorize",
    CONSOLE: "https://platform.claude.com/oauth/authorize",
}
_SCOPES: Final = {
    MAX: ("user:profile", "user:inference"),
    CONSOLE: ("org:create_api_key", "user:profile"),
}
"""What each mode needs: one asks the API itself, the other has a key made that does."""

NO_CLIENT: Final = (
    "Signing in to an account of mode {mode} needs the id of an OAuth client that you may use: none is built in. Set "
    "CLAUDEFLARE_OAUTH_CLIENT_ID, or oauth_client_id in config.toml; docs/accounts.md says more (Signing in). "
    "Accounts with an API key need none: --mode api-key."
)


class OAuthClient(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, for what, and where."""

    client_id: str
    authorize_url: str
    token_url: str
    redirect_uri: str
    api_key_url: str
    scopes: tuple[str, ...]

    def link(self, state: str, challenge: str) -> str:
        """The page on which the account's owner allows it (RFC 6749 §4.1.1, RFC 7636 §4.3)."""
        asked = {
            "code": "true",  # shows the code, to be pasted
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.scopes),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": state,
        }
        return f"{self.authorize_url}?{urlencode(asked)}"


def oauth_client(settings: Settings, mode: str) -> OAuthClient:
    """The client for accounts of this mode. Raises `InvalidInput` when nobody signs in so, or no client is set."""
    if mode not in _SCOPES:
        raise InvalidInput(f"Nobody signs in to accounts of mode {mode!r}. Use one of: {', '.join(_SCOPES)}.")
    if not settings.oauth_client_id:
        raise InvalidInput(NO_CLIENT.format(mode=mode))
    return OAuthClient(
        client_id=settings.oauth_client_id,
        authorize_url=settings.oauth_authorize_url or _AUTHORIZE_URLS[mode],
        token_url=settings.oauth_token_url,
        redirect_uri=settings.oauth_redirect_uri,
        api_key_url=settings.oauth_api_key_url,
        scopes=tuple(settings.oauth_scopes.split()) or _SCOPES[mode],
    )
