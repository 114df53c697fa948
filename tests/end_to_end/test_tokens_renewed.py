"""Accounts with tokens that end: whole server, simulated API with its token endpoint, every renewal counted there."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import httpx2
import pytest

from claudeflare.home import Home
from claudeflare.storage.accounts import AccountStore
from harness.data_directory import opened
from harness.server import ClaudeflareServer, claudeflare_server, eventually
from harness.signed_in import ask, killed_while_renewing, sign_in, upstream_of

DAY = 86_400.0


async def ask_many(server: ClaudeflareServer, count: int) -> list[int]:
    limits = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(limits=limits) as client:
        return [answer.status_code for answer in await asyncio.gather(*(ask(client, server.url) for _ in range(count)))]


@pytest.mark.parametrize("known", [True, False], ids=["known to be over", "refused by the API"])
async def test_two_hundred_requests_and_one_renewal(tmp_path: Path, known: bool) -> None:
    home = Home(tmp_path / "home")
    async with upstream_of("alpha") as upstream:
        sign_in(home, upstream, "alpha", lives=0.001, believed=time.time() + (-5.0 if known else DAY))
        async with claudeflare_server(upstream.url, home.directory, CLAUDEFLARE_WORKERS="2") as server:
            await server.until_accounts(configured=1)
            assert await ask_many(server, 200) == [200] * 200
            assert upstream.world.oauth.counts.refreshes == 1
            account = await server.account("alpha")
            assert (account["tokenStatus"], account["needsLogin"]) == ("valid", None)
            assert account["tokenExpires"] is not None
            assert (await server.act("alpha", "refresh"))["tokenStatus"] == "valid"
            assert upstream.world.oauth.counts.refreshes == 2
            assert await ask_many(server, 5) == [200] * 5


async def test_tokens_are_renewed_before_their_end_whatever_the_account_is_used_for(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    async with upstream_of("alpha") as upstream:
        sign_in(home, upstream, "alpha", lives=DAY, believed=time.time() + 60)
        with opened(home) as database:
            AccountStore(database).set_paused("alpha", True)
        async with claudeflare_server(upstream.url, home.directory):

            async def renewed() -> bool:
                return upstream.world.oauth.counts.refreshes == 1

            await eventually(renewed, "a renewal that nobody asked for")


async def test_a_needed_login_is_shown_everywhere(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    async with upstream_of("alpha") as upstream:
        sign_in(home, upstream, "alpha", lives=DAY, believed=time.time() - 5, good=False)
        async with claudeflare_server(upstream.url, home.directory) as server, httpx2.AsyncClient() as client:
            answer = await ask(client, server.url)
            assert answer.status_code == 503
            assert "x-should-retry" not in answer.headers or answer.headers["retry-after"]
            account = await server.until_standing("alpha", "needs attention")
            assert account["tokenStatus"] == "needs login"
            assert account["needsLogin"] == "claudeflare login alpha"
            assert "claudeflare login alpha" in account["limits"][0]["reason"]
            for command in (("status",), ("list",), ("show", "alpha")):
                assert "claudeflare login alpha" in " ".join((await server.cli(*command)).stdout.split())
            refused = await server.api.post("/api/accounts/alpha/refresh")
            assert refused.status_code == 409
            # And again after a restart of control, whatever was in its memory.
            old = server.signal("control", signal.SIGKILL)
            await server.replaced("control", old)
            assert (await server.account("alpha"))["tokenStatus"] == "needs login"
            assert (await ask(client, server.url)).json()["error"]["message"].count("claudeflare login alpha") == 1


async def test_control_may_be_killed_at_any_moment_of_a_renewal(tmp_path: Path) -> None:
    await killed_while_renewing(Home(tmp_path / "home"), kills=4, seed=7)
