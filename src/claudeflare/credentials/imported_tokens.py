"""Tokens of a subscription that another program has signed in to."""

from __future__ import annotations

from typing import Final

from claudeflare.credentials.api_key import clean_api_key
from claudeflare.credentials.kinds import OAuthTokens
from claudeflare.settings import Settings

NO_CLIENT: Final = (
    "it was imported while no OAuth client was set (CLAUDEFLARE_OAUTH_CLIENT_ID), so it cannot be renewed"
)


def imported_tokens(
    settings: Settings, access_token: str | None, refresh_token: str, expires_at: float | None
) -> OAuthTokens:
    """What is kept of them. `expires_at` is UTC epoch seconds; without it, or without an access token, it is over.

    Only the client that signed in can renew them: where none is set, an access token serves until it ends, and then the
    owner has to sign in. Raises `InvalidInput` for what cannot be a token.
    """
    usable = access_token is not None and expires_at is not None
    return OAuthTokens(
        access_token=clean_api_key(access_token, "token") if access_token is not None else "",
        refresh_token=clean_api_key(refresh_token, "token"),
        expires_at=expires_at if usable and expires_at is not None else 0.0,
        client_id=settings.oauth_client_id,
        token_url=settings.oauth_token_url,
        refused="" if settings.oauth_client_id else NO_CLIENT,
    )
