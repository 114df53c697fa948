"""Which of the simulator's own routes there are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from claudeflare.simulator.controls import accounts, faults, oauth, state, time
from claudeflare.simulator.controls.replies import Control, handler, reply
from claudeflare.simulator.world import World

CONTROLS: tuple[tuple[str, str, Control], ...] = (
    ("GET", "/simulator/state", state.show_state),
    ("DELETE", "/simulator/state", state.forget_requests),
    ("POST", "/simulator/restart", state.restart),
    ("GET", "/simulator/faults", faults.show_faults),
    ("POST", "/simulator/faults", faults.add_fault),
    ("DELETE", "/simulator/faults", faults.clear_faults),
    ("DELETE", "/simulator/faults/{number:int}", faults.lift_fault),
    ("GET", "/simulator/accounts", accounts.list_accounts),
    ("GET", "/simulator/accounts/{name}", accounts.show_account),
    ("PUT", "/simulator/accounts/{name}", accounts.put_account),
    ("DELETE", "/simulator/accounts/{name}", accounts.remove_account),
    ("PUT", "/simulator/accounts/{name}/limits", accounts.put_limits),
    ("PUT", "/simulator/accounts/{name}/windows", accounts.put_windows),
    ("GET", "/simulator/oauth", oauth.show_oauth),
    ("PUT", "/simulator/oauth", oauth.set_oauth),
    ("POST", "/simulator/accounts/{name}/tokens", oauth.give_tokens),
    ("POST", "/simulator/accounts/{name}/tokens/expire", oauth.expire_tokens),
    ("POST", "/simulator/accounts/{name}/tokens/revoke", oauth.revoke_tokens),
    ("GET", "/simulator/clock", time.show_clock),
    ("PUT", "/simulator/clock", time.set_speed),
    ("POST", "/simulator/clock/advance", time.advance_clock),
    ("GET", "/simulator/pacing", time.show_pacing),
    ("PUT", "/simulator/pacing", time.set_pacing),
)


def control_routes(world: World) -> list[Route]:
    """The routes over this world, and a list of them at /simulator."""
    routes = [Route(path, handler(world, control), methods=[method]) for method, path, control in CONTROLS]
    return [*routes, Route("/simulator", handler(world, _show_controls), methods=["GET"])]


async def _show_controls(world: World, request: Request) -> Response:
    shown = [{"method": method, "path": path, "what": _first_line(control)} for method, path, control in CONTROLS]
    return reply({"controls": shown})


def _first_line(control: Control) -> str:
    return (control.__doc__ or "").partition("\n")[0]
