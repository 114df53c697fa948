"""Limits as gateways tell of them, in `/api/accounts`; what the owner wants spared."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from claudeflare.balancing.gauges import LimitGauge
from claudeflare.gateway.messages import InFlight
from harness.gateway_end import GatewayEnd
from harness.rest_api import NOW, Api

WINDOW = LimitGauge(kind="window", name="5h", used=0.83, resets_at=NOW + 60.0, read_at=NOW, status="allowed_warning")
BUCKET = LimitGauge(
    kind="bucket",
    name="requests",
    model_class="opus",
    limit=60,
    remaining=40,
    used=1 / 3,
    resets_at=NOW + 20.0,
    read_at=NOW,
)


@pytest.fixture
async def gateway(api: Api) -> AsyncIterator[GatewayEnd]:
    ours, theirs = socket.socketpair()
    api.control.gateways.add_link(0, ours.detach())
    end = GatewayEnd(theirs)
    await end.greeted()
    yield end
    await api.control.gateways.close()
    end.close()


async def told(api: Api, gateway: GatewayEnd, account_id: str, *gauges: LimitGauge) -> Any:
    """The account once the gateway has told of its limits."""
    await gateway.send(InFlight({}, 0, limits={account_id: list(gauges)}))
    async with asyncio.timeout(10):
        while api.control.gateways.gauges().get(account_id) != list(gauges):
            await asyncio.sleep(0)
    return await api.get(f"/api/accounts/{account_id}")


async def test_gauges_are_shown(api: Api, gateway: GatewayEnd) -> None:
    added = await api.add("main")
    assert added["gauges"] == []
    account = await told(api, gateway, added["id"], BUCKET, WINDOW)
    assert account["gauges"] == [
        {
            "kind": "bucket",
            "name": "requests",
            "modelClass": "opus",
            "limit": 60,
            "remaining": 40,
            "utilization": 0.3333,
            "resetsAt": "2026-11-18T11:07:00.000Z",
            "readAt": "2026-11-18T11:06:40.000Z",
            "status": None,
        },
        {
            "kind": "window",
            "name": "5h",
            "modelClass": None,
            "limit": None,
            "remaining": None,
            "utilization": 0.83,
            "resetsAt": "2026-11-18T11:07:40.000Z",
            "readAt": "2026-11-18T11:06:40.000Z",
            "status": "allowed_warning",
        },
    ]
    assert account["rateLimitStatus"] == "ok"


async def test_an_account_in_reserve_is_limited_until_its_window_begins_anew(api: Api, gateway: GatewayEnd) -> None:
    added = await api.add("main", reserve=0.8)
    assert (added["reserve"], added["allowExtraUsage"]) == (0.8, None)
    account = await told(api, gateway, added["id"], WINDOW)
    assert (account["rateLimitStatus"], account["rateLimitReset"]) == ("limited", "2026-11-18T11:07:40.000Z")
    assert account["limits"][0]["reason"] == "83% of the 5h window is used, and the rest is kept in reserve"


async def test_what_is_spared_can_be_changed(api: Api) -> None:
    added = await api.add("main", reserve=0.8, allowExtraUsage=False)
    assert (added["reserve"], added["allowExtraUsage"]) == (0.8, False)
    changed = await api.client.patch("/api/accounts/main", json={"reserve": 1.0})
    assert changed.json() == added | {"reserve": 1.0}
    changed = await api.client.patch("/api/accounts/main", json={"reserve": None, "allowExtraUsage": None})
    assert changed.json() == added | {"reserve": None, "allowExtraUsage": None}


@pytest.mark.parametrize("reserve", [0.0, -0.5, 1.5])
async def test_a_reserve_is_a_share(api: Api, reserve: float) -> None:
    added = await api.add("main")
    status, code, message = await api.refused("PATCH", "/api/accounts/main", json={"reserve": reserve, "tier": 20})
    assert (status, code) == (400, "invalid_input")
    assert "a share above 0 and up to 1" in message
    assert await api.get("/api/accounts/main") == added


async def test_gateways_get_what_the_settings_say_for_accounts_that_do_not(api: Api, gateway: GatewayEnd) -> None:
    await api.add("main", reserve=0.8, allowExtraUsage=False)
    snapshot = await gateway.newest_snapshot(2)
    assert (snapshot.accounts[0].reserve, snapshot.accounts[0].allow_extra_usage) == (0.8, False)
