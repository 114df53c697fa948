"""The composition: one world, its routes, one ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from claudeflare.simulator import endpoints
from claudeflare.simulator.controls.routes import control_routes
from claudeflare.simulator.endpoints import Endpoint, Handler
from claudeflare.simulator.message_creation import create_message
from claudeflare.simulator.oauth.routes import oauth_routes
from claudeflare.simulator.resources.routes import resource_routes
from claudeflare.simulator.world import World

API: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/messages", create_message),
    ("POST", "/v1/messages/count_tokens", endpoints.count_tokens),
    ("GET", "/v1/models", endpoints.list_models),
    ("GET", "/v1/models/{model_id}", endpoints.get_model),
)


def create_app(world: World) -> Starlette:
    """The Claude API over this world, and the simulator's own routes."""
    routes = [Route(path, Endpoint(world, handler), methods=[method]) for method, path, handler in API]
    # A known path with another method is 405 and not 404, in the API's shape.
    routes += [Route(path, Endpoint(world, endpoints.not_allowed)) for _, path, _ in API]
    routes += resource_routes(world)
    routes += oauth_routes(world)
    routes += control_routes(world)
    routes += [Route("/", _hello, methods=["GET"]), Route("/api/hello", _hello, methods=["GET"])]
    routes.append(Route("/{path:path}", Endpoint(world, endpoints.not_found)))
    return Starlette(routes=routes)


async def _hello(request: Request) -> Response:
    """Clients look whether somebody is there (GET and HEAD)."""
    return JSONResponse({"message": "hello"})
