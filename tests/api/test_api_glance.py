from __future__ import annotations

import asyncio
import socket

from claudeflare.balancing.gauges import LimitGauge
from claudeflare.gateway.messages import InFlight
from harness.gateway_end import GatewayEnd
from harness.rest_api import NOW, Api

DAY = 86_400.0


async def test_nothing_yet(api: Api) -> None:
    assert await api.get("/api/glance") == {
        "account": None, "servesSession": False, "rateLimitStatus": None, "rateLimitReset": None, "tightest": None,
        "since": "2026-11-18T00:00:00.000Z", "requests": 0, "costUsd": None,
    }  # fmt: skip


async def test_the_account_of_a_session_else_the_one_used_last(api: Api) -> None:
    work, spare, old = [(await api.add(name))["id"] for name in ("work", "spare", "old")]
    api.record("r-1", started_at=NOW - 300, session="s-1", account_id=work, account="work", cost=1.5)
    api.record("r-2", started_at=NOW - 200, session="s-1", terminal_state="refused", status=429)
    api.record("r-3", started_at=NOW - 100, session="s-2", account_id=spare, account="spare", cost=2.0)
    api.record("r-4", started_at=NOW - 250, session="s-3", account_id=old, account="old")
    seen = await api.get("/api/glance", params={"session": "s-1"})
    assert (seen["account"], seen["servesSession"], seen["rateLimitStatus"]) == ("work", True, "ok")
    assert (seen["requests"], seen["costUsd"]) == (4, 3.5)
    for session in ("s-9", None):
        seen = await api.get("/api/glance", params={} if session is None else {"session": session})
        assert (seen["account"], seen["servesSession"]) == ("spare", False)
    # Of an account that is gone only its records are left.
    await api.client.request("DELETE", "/api/accounts/old", json={"confirm": "old"})
    assert (await api.get("/api/glance", params={"session": "s-3"}))["account"] == "spare"


async def test_what_is_counted(api: Api) -> None:
    api.record("r-1", started_at=NOW - 7200, cost=1.0)
    api.record("r-2", started_at=NOW - 600, cost=2.0)
    api.record("r-3", started_at=NOW - 20 * DAY, cost=4.0)
    assert (await api.get("/api/glance", params={"since": "1h"}))["costUsd"] == 2.0
    assert (await api.get("/api/glance"))["requests"] == 2
    assert (await api.get("/api/glance", params={"since": "21d"}))["costUsd"] == 7.0
    assert (await api.get("/api/glance", params={"since": "2027-01-01"}))["requests"] == 0
    for since in ("32d", "soon"):
        status, code, _ = await api.refused("GET", f"/api/glance?since={since}")
        assert (status, code) == (400, "invalid_input")


async def test_the_tightest_limit_in_force(api: Api) -> None:
    account = (await api.add("work"))["id"]
    api.record("r-1", account_id=account, account="work")
    ours, theirs = socket.socketpair()
    api.control.gateways.add_link(0, ours.detach())
    end = GatewayEnd(theirs)
    await end.greeted()
    gauges = [
        LimitGauge(kind="window", name="7d", used=0.4, resets_at=NOW + 900.0, read_at=NOW),
        LimitGauge(kind="window", name="5h", used=0.62, resets_at=NOW + 60.0, read_at=NOW, status="allowed"),
        LimitGauge(kind="window", name="7d_opus", used=0.9, resets_at=NOW - 1.0, read_at=NOW),
        LimitGauge(kind="window", name="overage", used=0.95, resets_at=NOW + 60.0, read_at=NOW),
    ]
    await end.send(InFlight({}, 0, limits={account: gauges}))
    async with asyncio.timeout(10):
        while not api.control.gateways.gauges():
            await asyncio.sleep(0)
    seen = await api.get("/api/glance")
    assert (seen["tightest"]["name"], seen["tightest"]["utilization"]) == ("5h", 0.62)
    await api.control.gateways.close()
    end.close()
