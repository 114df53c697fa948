"""Accounts: what they are and have left, more and fewer of them, other limits, windows somewhere else."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from claudeflare.errors import InvalidInput, NotFound
from claudeflare.simulator.accounts import Limits, SimulatedAccount
from claudeflare.simulator.allowances import COUNTING
from claudeflare.simulator.buckets import LimitBuckets
from claudeflare.simulator.catalog import CATALOG
from claudeflare.simulator.controls.replies import nothing, read, reply
from claudeflare.simulator.seen import masked
from claudeflare.simulator.windows import UsageWindows
from claudeflare.simulator.world import World

MODEL_CLASSES = frozenset(model.line for model in CATALOG)


class NewLimits(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Body of PUT …/limits."""

    requests: int
    input_tokens: int
    output_tokens: int
    model: str | None = None
    """A model class such as `opus`; left out: all that have none of their own."""


class WindowPlace(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Where a window is put."""

    utilization: float
    resets_in: float
    """Simulated seconds."""


async def list_accounts(world: World, request: Request) -> Response:
    """All accounts."""
    return reply({"accounts": [account_json(world, account) for account in world.accounts]})


async def show_account(world: World, request: Request) -> Response:
    """One account."""
    return reply(account_json(world, account_named(world, request)))


async def put_account(world: World, request: Request) -> Response:
    """Add an account or replace it: fields as in the accounts file; the key of one that exists may be left out."""
    name: str = request.path_params["name"]
    fields = await read(request, dict[str, Any])
    before = next((account for account in world.accounts if account.name == name), None)
    if before is not None:
        fields.setdefault("key", before.key)
    try:
        account = msgspec.convert({**fields, "name": name}, SimulatedAccount)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{error}.") from error
    new = world.accounts.put(account)
    world.allowances.resize(account, world.clock.now())
    return reply(account_json(world, account), status=201 if new else 200)


async def remove_account(world: World, request: Request) -> Response:
    """One account less; its key is refused, unless every key is let in."""
    world.accounts.remove(account_named(world, request).name)
    return nothing()


async def put_limits(world: World, request: Request) -> Response:
    """Change what an organization may use of one model class, or of all, from now on."""
    account, new = account_named(world, request), await read(request, NewLimits)
    if min(new.requests, new.input_tokens, new.output_tokens) < 1:
        raise InvalidInput("Limits are per minute and must be at least 1.")
    limits = Limits(new.requests, new.input_tokens, new.output_tokens)
    if new.model is None:
        changed = msgspec.structs.replace(account, limits=limits)
    elif new.model in MODEL_CLASSES:
        changed = msgspec.structs.replace(account, model_limits={**account.model_limits, new.model: limits})
    else:
        raise InvalidInput(f"There is no model class {new.model!r}: it is one of {', '.join(sorted(MODEL_CLASSES))}.")
    world.accounts.put(changed)
    world.allowances.resize(changed, world.clock.now())
    return reply(account_json(world, changed))


async def put_windows(world: World, request: Request) -> Response:
    """Put windows of a subscription where they are wanted: by claim (`five_hour`) or header name (`5h`)."""
    account, places = account_named(world, request), await read(request, dict[str, WindowPlace])
    if not account.is_subscription:
        raise InvalidInput(f"{account.name} has an API key: only subscriptions (keys sk-ant-oat…) have windows.")
    windows = world.allowances.windows(account)
    for claim, place in places.items():
        if not (place.utilization >= 0 and place.resets_in > 0):
            raise InvalidInput("utilization must be at least 0, and resets-in above 0 seconds.")
        if not windows.set(claim, place.utilization, place.resets_in, world.clock.now()):
            has = ", ".join(window.claim for window in windows.windows)
            raise InvalidInput(f"{account.name} has no window {claim!r}; it has {has}.")
    return reply(account_json(world, account))


def account_json(world: World, account: SimulatedAccount) -> dict[str, Any]:
    """An account with what it has left; its key but for the end stays unseen."""
    now = world.clock.now()
    shown: dict[str, Any] = {
        "name": account.name,
        "key": masked("x-api-key", account.key),
        "organization_id": account.organization_id,
        "workspace_id": account.workspace_id,
        "tier": account.tier,
    }
    if account.is_subscription:
        return {**shown, **_windows_json(world.allowances.windows(account), now)}
    used = world.allowances.buckets_of(account)
    return {**shown, "limits": {name: _buckets_json(buckets, name, now) for name, buckets in used.items()}}


def _buckets_json(buckets: LimitBuckets, model_class: str, now: float) -> dict[str, Any]:
    all_three = {
        "requests": buckets.requests,
        "input_tokens": buckets.input_tokens,
        "output_tokens": buckets.output_tokens,
    }
    counted = {"requests": buckets.requests} if model_class == COUNTING else all_three
    return {
        name: {"limit": bucket.limit, "remaining": int(bucket.remaining(now)), "full_at": bucket.full_at(now)}
        for name, bucket in counted.items()
    }


def _windows_json(windows: UsageWindows, now: float) -> dict[str, Any]:
    return {
        "windows": {
            window.claim: {
                "budget": window.budget,
                "utilization": round(window.utilization(now), 4),
                "status": window.status(now),
                "resets_at": window.resets_at if window.resets_at > now else None,
            }
            for window in windows.windows
        },
        "overage": {"budget": windows.overage_budget, "used": windows.overage_used},
    }


def account_named(world: World, request: Request) -> SimulatedAccount:
    """The account the path names. Raises NotFound."""
    name: str = request.path_params["name"]
    for account in world.accounts:
        if account.name == name:
            return account
    raise NotFound(f"There is no account {name!r}: GET /simulator/accounts lists them.")
