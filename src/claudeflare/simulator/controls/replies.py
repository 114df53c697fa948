"""What the simulator's own routes answer, and how they read what they are sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.errors import InvalidInput, NotFound
from claudeflare.simulator.world import World

Body = TypeVar("Body")
Control = Callable[[World, Request], Awaitable[Response]]


def reply(content: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")


def nothing() -> Response:
    """Done, and there is nothing to say."""
    return Response(status_code=204)


async def read(request: Request, kind: type[Body]) -> Body:
    """The request's body. Raises InvalidInput."""
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"{error}.") from error


def handler(world: World, control: Control) -> Callable[[Request], Awaitable[Response]]:
    """A control as Starlette wants it: 400 with what is wrong, 404 for what there is not."""

    async def handle(request: Request) -> Response:
        try:
            return await control(world, request)
        except InvalidInput as error:
            return reply({"error": str(error)}, status=400)
        except NotFound as error:
            return reply({"error": str(error)}, status=404)

    return handle
