"""The simulator's own routes below /simulator: put faults in force over HTTP, and look at what arrived."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from claudeflare.errors import InvalidInput
from claudeflare.simulator.faults import FaultRule
from claudeflare.simulator.seen import SeenRequest
from claudeflare.simulator.world import World


class FaultCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /simulator/faults."""

    fault: str
    """`NAME[;key=value…]`."""
    account: str | None = None
    """Name or key; left out: all accounts."""
    path: str | None = None
    times: int | None = None
    probability: float = 1.0


class Controls:
    """Handlers of these routes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/simulator/faults", self.faults, methods=["GET"]),
            Route("/simulator/faults", self.inject, methods=["POST"]),
            Route("/simulator/faults", self.clear, methods=["DELETE"]),
            Route("/simulator/state", self.state, methods=["GET"]),
        ]

    async def faults(self, request: Request) -> Response:
        """The rules in force."""
        return _json({"faults": [_rule(rule) for rule in self._world.faults.rules]})

    async def inject(self, request: Request) -> Response:
        """Put a fault in force: 201 with the rule, or 400 with what is wrong."""
        try:
            command = msgspec.json.decode(await request.body(), type=FaultCommand)
            rule = self._world.inject(
                command.fault,
                account=command.account,
                times=command.times,
                probability=command.probability,
                path=command.path,
            )
        except (InvalidInput, msgspec.MsgspecError) as error:
            return _json({"error": str(error)}, status=400)
        return _json(_rule(rule), status=201)

    async def clear(self, request: Request) -> Response:
        """No more faults."""
        self._world.faults.clear()
        return Response(status_code=204)

    async def state(self, request: Request) -> Response:
        """The accounts and the requests seen, in all and by account."""
        seen = [_seen(entry) for entry in self._world.seen]
        accounts = [
            {
                "name": account.name,
                "organization_id": account.organization_id,
                "workspace_id": account.workspace_id,
                "requests": [entry for entry in seen if entry["account"] == account.name],
            }
            for account in self._world.accounts
        ]
        return _json({"now": self._world.clock.now(), "accounts": accounts, "requests": seen})


def _seen(entry: SeenRequest) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(entry)
    del shown["body"]
    return shown


def _rule(rule: FaultRule) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(rule)
    return shown


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")
