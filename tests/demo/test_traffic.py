from __future__ import annotations

import asyncio

from claudeflare.demo.answer import Seen
from claudeflare.demo.traffic import SESSIONS, Traffic, open_http
from harness.simulated_api import simulated_api


async def test_sessions_ask_until_they_are_stopped_and_everything_sent_is_accounted_for() -> None:
    async with simulated_api() as api, open_http(api.url) as http:
        http.headers["x-api-key"] = "sk-ant-api03-any"
        traffic = Traffic(http, speed=100.0, seed=0)
        async with asyncio.TaskGroup() as group:
            group.create_task(traffic.run())
            await api.world.seen.until(lambda seen: len(seen) >= 5 * SESSIONS)
            traffic.stop()
        assert traffic.sent == traffic.finished == len(api.world.seen)
        assert traffic.seen == {Seen.ANSWERED: traffic.sent}
        models = {request.model for request in api.world.seen}
        assert models == {"claude-sonnet-5-5", "claude-haiku-5-5"}
        sessions = {request.header("x-claudeflare-session") for request in api.world.seen}
        assert len(sessions) >= SESSIONS


async def test_stopped_before_it_began_it_asks_nothing() -> None:
    async with simulated_api() as api, open_http(api.url) as http:
        traffic = Traffic(http, speed=1.0, seed=0)
        traffic.stop()
        await traffic.run()
        assert traffic.sent == 0
