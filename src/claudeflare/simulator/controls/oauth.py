"""The OAuth side: how it behaves, what it has done; tokens without a sign-in, and the end of tokens."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.errors import InvalidInput
from claudeflare.simulator.controls.accounts import account_named
from claudeflare.simulator.controls.replies import read, reply
from claudeflare.simulator.oauth.ledger import SignIn
from claudeflare.simulator.oauth.options import check_oauth
from claudeflare.simulator.world import World


class TokensWanted(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Body of POST …/tokens."""

    client_id: str
    """Who will refresh them."""
    scopes: tuple[str, ...] = ("user:profile", "user:inference")
    expires_in: float | None = None
    """Simulated seconds; left out: as after a sign-in."""


async def show_oauth(world: World, request: Request) -> Response:
    """How it behaves, what it has done, and who is signed in."""
    return reply(_shown(world))


async def set_oauth(world: World, request: Request) -> Response:
    """Change it; what is left out stays. It applies to codes and tokens given from now on."""
    changes = await read(request, dict[str, Any])
    before: dict[str, Any] = msgspec.to_builtins(world.oauth.options)
    try:
        world.oauth.options = check_oauth(msgspec.convert({**before, **changes}, type(world.oauth.options)))
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{error}.") from error
    return reply(_shown(world))


async def give_tokens(world: World, request: Request) -> Response:
    """Tokens as a sign-in would have given them; the only place that shows any, but for the token endpoint."""
    account, wanted = account_named(world, request), await read(request, TokensWanted)
    if wanted.expires_in is not None and not wanted.expires_in > 0:
        raise InvalidInput("expires-in must be above 0 seconds.")
    sign_in = SignIn(account=account.name, client_id=wanted.client_id, scopes=wanted.scopes)
    issued = world.oauth.issue(sign_in, world.clock.now(), wanted.expires_in)
    content = {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in,
        "expires_at": world.clock.now() + issued.expires_in,
    }
    return reply(content, status=201)


async def expire_tokens(world: World, request: Request) -> Response:
    """The account's access tokens expire now; refresh tokens stay."""
    return reply({"expired": world.oauth.expire(account_named(world, request).name, world.clock.now())})


async def revoke_tokens(world: World, request: Request) -> Response:
    """The account is signed out everywhere: neither its access nor its refresh tokens open anything."""
    return reply({"revoked": world.oauth.revoke(account_named(world, request).name)})


def _shown(world: World) -> dict[str, Any]:
    ledger = world.oauth
    return {
        "options": msgspec.to_builtins(ledger.options),
        "counts": msgspec.to_builtins(ledger.counts),
        "sign_ins": [
            {
                "account": sign_in.account,
                "client_id": sign_in.client_id,
                "scopes": sign_in.scopes,
                "revoked": sign_in.revoked,
                "refreshes": sign_in.refreshes,
            }
            for sign_in in ledger.sign_ins()
        ],
    }
