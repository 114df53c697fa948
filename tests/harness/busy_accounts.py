"""Accounts in every state, with limits of both kinds, as if gateways had just told of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from claudeflare.balancing.change import AttentionNeeded, Benched, Change
from claudeflare.balancing.gauges import LimitGauge
from claudeflare.balancing.waiting import WaitingLine
from claudeflare.gateway.messages import InFlight
from harness.data_directory import NOW, REQUESTS
from harness.events import Watched
from harness.gateway_end import GatewayEnd


def window(name: str, used: float, minutes: float) -> LimitGauge:
    """A usage window that resets in so many minutes."""
    return LimitGauge(
        kind="window", name=name, used=used, resets_at=NOW + minutes * 60, read_at=NOW - 5, status="allowed"
    )


def bucket(name: str, limit: int, remaining: int) -> LimitGauge:
    """A limit by the minute."""
    used = 1 - remaining / limit
    return LimitGauge(
        kind="bucket", name=name, limit=limit, remaining=remaining, used=used, resets_at=NOW + 60 * used, read_at=NOW
    )


@asynccontextmanager
async def busy(server: Watched) -> AsyncIterator[None]:
    """Four more accounts with limits; requests in flight and waiting; requests on record."""
    services = server.services
    added = {}
    for name, tier, key in (
        ("work", 20, "sk-ant-oat01-w"),
        ("home", 5, "sk-ant-oat01-h"),
        ("team-anthropic-eu", 1, None),
        ("old", 1, None),
    ):
        credential = {"mode": "token", "token": key, "acceptTerms": True} if key else {"apiKey": f"sk-ant-api03-{name}"}
        answer = await server.call("POST", "/api/accounts", {"name": name, "tier": tier, **credential})
        added[name] = answer["id"]
    await server.call("POST", "/api/accounts/old/pause")
    changes: list[Change] = [
        Benched(added["home"], "", NOW + 2460, "5h: all used"),
        AttentionNeeded(added["team-anthropic-eu"], "credential refused: invalid x-api-key"),
    ]
    for age, change in zip((30, 90), changes, strict=True):
        services.state.apply([change], NOW - age)
    services.gateways.changes_made(changes)
    services.requests.write_batch(opened=[], finished=list(REQUESTS), changed=[], shed={})
    spare = (await server.call("GET", "/api/accounts/spare"))["id"]
    limits = {
        added["work"]: [window("5h", 0.58, 125), window("7d", 0.862, 4000), window("7d_opus", 0.31, 4000)],
        added["home"]: [window("5h", 1.0, 41), window("7d", 0.214, 7000)],
        spare: [
            bucket("requests", 50, 44),
            bucket("input tokens", 30_000, 1_500),
            bucket("output tokens", 8_000, 8_000),
        ],
    }
    waiting = [WaitingLine(client_key=None, model_class="opus", account=None, count=2, since=NOW - 12, until=None)]
    told = InFlight({added["work"]: 3, spare: 1}, 4, waiting=2, waiting_lines=waiting, limits=limits)
    ours, theirs = socket.socketpair()
    server.control.gateways.add_link(0, ours.detach())
    gateway = GatewayEnd(theirs)
    try:
        await gateway.greeted()
        await gateway.send(told)
        async with asyncio.timeout(10):
            while not services.gateways.gauges():
                await asyncio.sleep(0)
        yield
    finally:
        await server.control.gateways.close()
        gateway.close()
