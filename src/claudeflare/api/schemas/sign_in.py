"""JSON of signing in: links, sessions, the control token."""

from __future__ import annotations

from pydantic import SecretStr

from claudeflare.api.schemas.shape import Body, Resource


class SignIn(Body):
    """What a browser shows to be signed in: one of the two."""

    code: SecretStr | None = None
    """From a one-time link."""
    token: SecretStr | None = None
    """The control token."""


class SignInLink(Resource):
    """Signs one browser in, once."""

    url: str
    """Holds the code behind `#`, which browsers send to nobody: previews of links and logs do not use it up."""
    path: str
    """The same without the server's address, for whoever knows that better."""
    expires_at: str


class SessionResource(Resource):
    """Who somebody is to this server."""

    kind: str
    """`session` for a signed-in browser, `token` for the control token, `command line` for a command without server."""
    id: str | None
    """Of a session."""
    created: str | None
    expires_at: str | None
    """Unless it is used again; never later than 90 days after `created`."""
    last_used: str | None
    """Within an hour."""
    address: str | None
    """Where it was signed in from; for a token, where the request comes from."""
    user_agent: str | None


class SessionEnded(Resource):
    """What has ended."""

    id: str
    ended: bool = True


class TokenRotated(Resource):
    """The new control token; it is told only here."""

    token: str
    sessions_ended: int
    """Browsers that have to sign in again."""
