"""JSON of `/api/oauth`."""

from __future__ import annotations

from pydantic import SecretStr

from claudeflare.api.schemas.accounts import AccountFields
from claudeflare.api.schemas.shape import Body, Resource


class SignInToBegin(AccountFields):
    """A sign-in to begin: the account as it is to be."""

    mode: str = "max"
    accept_terms: bool = False
    """True for mode `max`: what `GET /api/oauth/terms` says has been read."""
    again: bool = False
    """Sign in to the account of this name, which exists and stays as it is; every other field is left aside."""


class SignInBegun(Resource):
    """How it goes on: open `authUrl`, allow access, and send the code that the page shows to the callback."""

    auth_url: str
    session_id: str
    expires_at: str
    """Afterwards it has to be begun anew."""


class SignInCode(Body):
    """The end of a sign-in."""

    session_id: str
    code: SecretStr
    """`code#state` as the page shows it, or the whole address it led to."""


class TermsResource(Resource):
    """What the provider's published terms say about subscriptions, in our words."""

    title: str
    as_of: str
    """The day the provider's text was read."""
    points: list[str]
    read_more: list[str]
    accepted_at: str | None
    """When the owner accepted this; null: not yet."""
