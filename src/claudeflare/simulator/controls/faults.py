"""Faults: those in force, one more, one less, none."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.errors import NotFound
from claudeflare.simulator.controls.replies import nothing, read, reply
from claudeflare.simulator.fault_rules import FaultRule
from claudeflare.simulator.faults import parse_fault
from claudeflare.simulator.world import World


class FaultCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as it is asked for: see `FaultRule`."""

    fault: str
    """`NAME[;key=value…]`."""
    account: str | None = None
    """Name or key; left out: all accounts."""
    path: str | None = None
    model: str | None = None
    times: int | None = None
    probability: float = 1.0
    at: float = 0.0
    lasts: float | None = None
    every: float | None = None


async def show_faults(world: World, request: Request) -> Response:
    """The rules in force."""
    return reply({"faults": [_shown(rule) for rule in world.faults.rules]})


async def add_fault(world: World, request: Request) -> Response:
    """Put a fault in force: 201 with the rule."""
    command = await read(request, FaultCommand)
    scope = {**msgspec.structs.asdict(command), "fault": parse_fault(command.fault)}
    return reply(_shown(world.enforce(FaultRule(**scope))), status=201)


async def clear_faults(world: World, request: Request) -> Response:
    """No more faults."""
    world.faults.clear()
    return nothing()


async def lift_fault(world: World, request: Request) -> Response:
    """One fault less."""
    number: int = request.path_params["number"]
    if not world.faults.lift(number):
        raise NotFound(f"There is no fault number {number} in force: GET /simulator/faults lists them.")
    return nothing()


def _shown(rule: FaultRule) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(rule)
    return shown
