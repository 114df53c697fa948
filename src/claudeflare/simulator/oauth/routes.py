"""Which routes the OAuth side has."""

from __future__ import annotations

from starlette.routing import Route

from claudeflare.simulator.endpoints import Admission, Endpoint, Handler, not_allowed
from claudeflare.simulator.oauth import authorization, holders_view
from claudeflare.simulator.oauth.admission import anybody, holder_with
from claudeflare.simulator.oauth.token_endpoint import give_token
from claudeflare.simulator.world import World

OAUTH: tuple[tuple[str, str, Handler, Admission], ...] = (
    ("GET", "/oauth/authorize", authorization.ask, anybody),
    ("POST", "/oauth/authorize", authorization.allow, anybody),
    ("POST", "/v1/oauth/token", give_token, anybody),
    ("GET", "/api/oauth/profile", holders_view.profile, holder_with("user:profile")),
    ("GET", "/api/oauth/usage", holders_view.usage, holder_with("user:profile", beta=True)),
    ("GET", "/api/oauth/claude_cli/roles", holders_view.roles, holder_with("user:profile")),
    ("POST", "/api/oauth/claude_cli/create_api_key", holders_view.create_api_key, holder_with("org:create_api_key")),
)


def oauth_routes(world: World) -> list[Route]:
    """The routes over this world; their paths with another method are 405."""
    routes = [
        Route(path, Endpoint(world, handler, admit=admission), methods=[method])
        for method, path, handler, admission in OAUTH
    ]
    return [*routes, *(Route(path, Endpoint(world, not_allowed, admit=anybody)) for _, path, _, _ in OAUTH)]
