"""Time: how fast it runs, moving it forward, and how fast answers come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.errors import InvalidInput
from claudeflare.simulator.controls.replies import read, reply
from claudeflare.simulator.pacing import check_pacing
from claudeflare.simulator.world import World


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of PUT /simulator/clock."""

    speed: float
    """Simulated seconds per real second; 0: time stands still."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /simulator/clock/advance."""

    seconds: float


async def show_clock(world: World, request: Request) -> Response:
    """What time it is here."""
    return reply(_clock_json(world))


async def set_speed(world: World, request: Request) -> Response:
    """Let time run faster, slower or not at all."""
    speed = (await read(request, Speed)).speed
    if not 0 <= speed < float("inf"):
        raise InvalidInput("speed must be at least 0: simulated seconds per real second.")
    world.clock.scale = speed
    return reply(_clock_json(world))


async def advance_clock(world: World, request: Request) -> Response:
    """Move time forward at once: limits refill, windows end, caches expire, and whoever waited goes on."""
    seconds = (await read(request, Step)).seconds
    if not 0 <= seconds < float("inf"):
        raise InvalidInput("seconds must be at least 0: time does not run backwards.")
    world.clock.advance(seconds)
    return reply(_clock_json(world))


async def show_pacing(world: World, request: Request) -> Response:
    """How fast answers are generated."""
    return reply(world.pacing)


async def set_pacing(world: World, request: Request) -> Response:
    """Change it; what is left out stays. It applies to requests that come from now on."""
    changes = await read(request, dict[str, Any])
    before: dict[str, Any] = msgspec.to_builtins(world.pacing)
    try:
        world.pacing = check_pacing(msgspec.convert({**before, **changes}, type(world.pacing)))
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{error}.") from error
    return reply(world.pacing)


def _clock_json(world: World) -> dict[str, Any]:
    now = world.clock.now()
    return {"now": now, "time": datetime.fromtimestamp(now, UTC).isoformat(), "speed": world.clock.scale}
