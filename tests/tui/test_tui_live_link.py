"""The connection to the server's events: lost, found, refused."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from claudeflare.client.client import Client
from claudeflare.tasks import TaskKeeper
from claudeflare.tui.live_link import LiveLink
from harness.data_directory import NOW
from harness.events import Watched
from harness.server import claudeflare_server, eventually
from harness.simulated_api import simulated_api
from harness.terminal_ui import seated


@asynccontextmanager
async def linked(url: str, token: str) -> AsyncIterator[LiveLink]:
    """A link that runs."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=20, trust_env=False) as http:
        client = Client(http, where=url, token_source="a test", url=url)
        link = LiveLink(client, lambda: NOW, lambda: None, pauses=(0.01,))
        tasks = TaskKeeper()
        tasks.start(link.run(), "link")
        try:
            yield link
        finally:
            await tasks.close()


async def until(link: LiveLink, what: str, condition: object) -> None:
    async def so() -> object:
        return condition()  # type: ignore[operator]

    await eventually(so, lambda: f"{what}: {link}", 20.0)


async def test_what_is_fetched_is_kept_up_by_events(server: Watched) -> None:
    async with linked(server.url, server.control.token) as link:
        await until(link, "the first answers", lambda: link.state.fetched)
        assert [account["name"] for account in link.state.accounts] == ["spare"]
        assert link.state.strategy == "session"
        assert len(link.state.requests) == 1
        await server.call("POST", "/api/accounts", {"name": "new", "apiKey": "sk-ant-api03-new"})
        await until(link, "the new account", lambda: len(link.state.accounts) == 2)
        await server.call("POST", "/api/config/strategy", {"strategy": "headroom"})
        await until(link, "the new strategy", lambda: link.state.strategy == "headroom")


async def test_a_control_process_that_is_killed_is_missed_and_found_again(tmp_path: Path) -> None:
    async with simulated_api([]) as api, claudeflare_server(api.url, tmp_path / "home") as server:
        await server.add("work")
        async with linked(server.url, server.token) as link:
            await until(link, "the first answers", lambda: link.state.fetched)
            lost = []
            link._changed = lambda: lost.append(link.lost)
            old = server.signal("control", signal.SIGKILL)
            await until(link, "the loss", lambda: any(lost))
            assert link.state.fetched, "what was known is shown on"
            await server.replaced("control", old)
            await until(link, "the server again", lambda: link.lost is None)
            await server.add("spare")
            await until(link, "the new account", lambda: len(link.state.accounts) == 2)


async def test_a_wrong_token_is_said_and_tried_again(server: Watched) -> None:
    async with linked(server.url, "claudeflare_wrong") as link:
        await until(link, "the refusal", lambda: link.lost is not None)
        assert link.lost is not None
        assert "refused the control token from a test" in link.lost.reason
        assert link.lost.since == NOW
    async with seated(server, token="wrong") as seat:
        shown = await seat.until("No connection for")
        assert "Trying again (r: now)" in shown


async def test_a_pause_can_be_ended(server: Watched) -> None:
    headers = {"authorization": f"Bearer {server.control.token}"}
    async with httpx2.AsyncClient(base_url="http://127.0.0.1:1", headers=headers, timeout=5, trust_env=False) as http:
        link = LiveLink(Client(http, where="there", token_source="a test"), lambda: NOW, lambda: None, pauses=(1e6,))
        tasks = TaskKeeper()
        tasks.start(link.run(), "link")
        await until(link, "the loss", lambda: link.lost is not None)
        http.base_url = httpx2.URL(server.url)
        link.retry_now()
        await until(link, "the server", lambda: link.lost is None and link.state.fetched)
        await tasks.close()
