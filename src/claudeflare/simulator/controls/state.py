"""What arrived and what became of it; forgetting it; beginning anew."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.simulator.controls.accounts import account_json
from claudeflare.simulator.controls.replies import nothing, reply
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.world import World


async def show_state(world: World, request: Request) -> Response:
    """The accounts and the requests seen, in all and by account."""
    seen = [_seen(entry) for entry in world.seen]
    accounts = [
        {**account_json(world, account), "requests": [entry for entry in seen if entry["account"] == account.name]}
        for account in world.accounts
    ]
    return reply({"now": world.clock.now(), "accounts": accounts, "requests": seen})


async def forget_requests(world: World, request: Request) -> Response:
    """Forget the requests seen; limits, caches and faults stay."""
    world.seen.clear()
    return nothing()


async def restart(world: World, request: Request) -> Response:
    """Be again as at the start, time excepted: the same requests get the same answers once more."""
    world.restart()
    return nothing()


def _seen(entry: SeenRequest) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(entry)
    del shown["body"]
    return shown
