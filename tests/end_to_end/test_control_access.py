"""Signing in and out through the whole server: links, cookies, addresses, rotation, and servers that others reach."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
from pathlib import Path

import httpx2
import pytest
from stage import QUESTION, Stage

from claudeflare.access.presented_token import COOKIE
from harness.server import CLAUDEFLARE, START_SECONDS, ClaudeflareServer, claudeflare_server, eventually
from harness.simulated_api import api_account, simulated_api

in_session = pytest.mark.asyncio(loop_scope="session")


def browser(server: ClaudeflareServer) -> httpx2.AsyncClient:
    """A page of the server in a browser."""
    return httpx2.AsyncClient(base_url=server.url, headers={"origin": server.url}, timeout=START_SECONDS)


async def link(server: ClaudeflareServer) -> str:
    """The code of the address that `claudeflare dashboard --print-url` prints."""
    printed = await server.cli("dashboard", "--print-url")
    assert printed.stderr == ""
    address, _, code = printed.stdout.strip().partition("#sign-in=")
    assert address == f"{server.url}/dashboard"
    return code


@in_session
async def test_a_printed_address_signs_one_browser_in_until_it_signs_out(stage: Stage) -> None:
    await stage.server.add("alpha")
    code = await link(stage.server)
    async with browser(stage.server) as page, browser(stage.server) as late:
        assert (await page.get("/api/accounts")).status_code == 401
        answer = await page.post("/api/sign-in", json={"code": code})
        assert answer.status_code == 200, answer.text
        assert answer.json()["address"] == "127.0.0.1"
        assert "HttpOnly; SameSite=Strict" in answer.headers["set-cookie"]
        assert "script-src 'self'" in (await page.get("/dashboard")).headers["content-security-policy"]
        assert (await late.post("/api/sign-in", json={"code": code})).status_code == 401
        assert [account["name"] for account in (await page.get("/api/accounts")).json()] == ["alpha"]
        assert (await page.post("/api/accounts/alpha/pause")).status_code == 200
        foreign = await page.post("/api/accounts/alpha/resume", headers={"origin": "http://localhost:3000"})
        assert foreign.status_code == 403
        cookie = {"cookie": f"{COOKIE}={page.cookies[COOKIE]}"}
        assert (await page.post("/api/sign-out")).status_code == 200
        assert (await late.get("/api/accounts", headers=cookie)).status_code == 401
    changes = (await stage.server.api.get("/api/audit", params={"since": "5m"})).json()
    done = [(each["action"], each["who"], each["address"]) for each in changes[:4]]
    assert done == [
        ("sign-out", "session", "127.0.0.1"),
        ("pause-account", "session", "127.0.0.1"),
        ("sign-in", "session", "127.0.0.1"),
        ("make-sign-in-link", "token", "127.0.0.1"),
    ]


@in_session
async def test_the_cookie_goes_to_no_upstream_and_opens_no_other_host(stage: Stage) -> None:
    await stage.server.add("alpha")
    async with browser(stage.server) as page:
        await page.post("/api/sign-in", json={"token": stage.server.token})
        secret = page.cookies[COOKIE]
        answer = await page.post("/v1/messages", json=QUESTION, headers={"anthropic-version": "2023-06-01"})
        assert answer.status_code == 200, answer.text
        # A page whose own name was made to lead here has neither the cookie nor an answer.
        rebound = await page.get("/api/accounts", headers={"host": "evil.example"})
        assert rebound.status_code == 421
    assert secret not in str(stage.seen[0].fields)


@in_session
async def test_nobody_can_pretend_to_be_the_command_line(stage: Stage) -> None:
    await stage.server.api.post(
        "/api/stats/reset", headers={"x-claudeflare-peer": "", "X-Claudeflare-Peer": "192.0.2.9"}
    )
    changes = (await stage.server.api.get("/api/audit", params={"limit": 1})).json()
    assert [(each["action"], each["who"], each["address"]) for each in changes] == [
        ("reset-stats", "token", "127.0.0.1")
    ]


async def test_rotation_and_guessing(tmp_path: Path) -> None:
    async with (
        simulated_api() as upstream,
        claudeflare_server(upstream.url, tmp_path / "home") as server,
        browser(server) as page,
    ):
        old = server.token
        assert (await page.post("/api/sign-in", json={"token": old})).status_code == 200
        rotated = await server.cli("token", "rotate")
        assert rotated.stderr == "1 browser signed out.\n"
        assert rotated.stdout.strip() == server.token != old
        assert (await page.get("/api/session")).status_code == 401
        assert (await server.api.get("/api/accounts")).status_code == 401
        assert (await server.cli("list")).stdout
        # Ten wrong ones, of which the old token above was one; the right one is answered all the same.
        statuses = [(await server.api.get("/api/accounts")).status_code for _ in range(11)]
        assert statuses.count(401) in (9, 10)
        refused = await page.post("/api/sign-in", json={"token": "guess"})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 6
        # An address that a client makes up gives it no attempts.
        assert (
            await page.post("/api/sign-in", json={"token": "x"}, headers={"x-claudeflare-peer": "1.2.3.4"})
        ).is_error
        assert (await server.cli("list")).stdout
        assert "rotate-token" in (await server.cli("audit")).stdout
        assert await server.stop() == 0


async def test_the_browser_is_opened_signed_in(tmp_path: Path) -> None:
    visited = tmp_path / "visited"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {visited}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    async with simulated_api() as upstream, claudeflare_server(upstream.url, tmp_path / "home") as server:
        shown = await _dashboard(server, BROWSER=str(program))
        assert shown == "The dashboard opens in your browser.\n"
        async with browser(server) as page:
            code = visited.read_text().removeprefix(f"{server.url}/dashboard#sign-in=")
            assert (await page.post("/api/sign-in", json={"code": code})).status_code == 200
        for none in ({}, {"BROWSER": "/bin/false"}):
            shown = await _dashboard(server, **none)
            assert shown.startswith("No browser could be opened here.")
            assert f"\n{server.url}/dashboard#sign-in=" in shown


async def _dashboard(server: ClaudeflareServer, **environ: str) -> str:
    """What `claudeflare dashboard` prints on a machine with this browser, and no other."""
    finished = await asyncio.to_thread(
        subprocess.run,
        [*CLAUDEFLARE, "dashboard"],
        env={**server.environ, **environ},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("settings", [{}, {"CLAUDEFLARE_TOKEN": "a token of the owner's".replace(" ", "-")}])
def test_a_server_that_others_reach_starts_with_a_token_and_a_key_only(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOST": "0.0.0.0",
        "PORT": "0",
        "CLAUDEFLARE_HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(tmp_path),
        **settings,
    }
    refused = subprocess.run(
        [*CLAUDEFLARE, "serve"], env=environ, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "host 0.0.0.0 (environment HOST) can be reached by other machines" in refused.stderr
    assert "claudeflare keys add NAME" in refused.stderr
    assert ("there is no client key" if settings else "CLAUDEFLARE_TOKEN_FILE") in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_server_that_others_reach_answers_keys_alone_whatever_becomes_of_them(tmp_path: Path) -> None:
    home, token = tmp_path / "home", "a-token-of-the-owner's-own-making"
    environ = {"HOST": "0.0.0.0", "CLAUDEFLARE_TOKEN": token}
    key = _command(home, "keys", "add", "laptop").strip()
    question = {"json": QUESTION, "headers": {"anthropic-version": "2023-06-01", "x-api-key": key}}
    anonymous = {"json": QUESTION, "headers": {"anthropic-version": "2023-06-01"}}
    async with (
        simulated_api([api_account("alpha")]) as upstream,
        claudeflare_server(upstream.url, home, **environ) as server,
    ):
        assert server.url.startswith("http://0.0.0.0:")
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        async with httpx2.AsyncClient(base_url=url, timeout=START_SECONDS) as client:
            owner = {"authorization": f"Bearer {token}"}
            added = {"name": "alpha", "apiKey": "sk-ant-api03-alpha"}
            assert (await client.post("/api/accounts", json=added, headers=owner)).status_code == 201
            assert (await client.get("/metrics")).status_code == 401

            async def answered() -> bool | None:
                return (await client.post("/v1/messages", **question)).status_code == 200 or None

            await eventually(answered, "the key to be let in")
            assert (await client.post("/v1/messages", **anonymous)).status_code == 401
            # Addresses are nobody's name to rebind; names have to be allowed.
            for host, status in (("192.0.2.1:8080", 200), ("[2001:db8::1]", 200), ("evil.example", 421)):
                assert (await client.get("/health", headers={"host": host})).status_code in (status, 200)
                assert (await client.get("/api/accounts", headers={**owner, "host": host})).status_code == status
            # The command line finds it by itself.
            assert "alpha" in (await server.cli("list")).stdout
            await server.cli("keys", "revoke", "laptop", "--yes")

            async def refused() -> bool | None:
                answers = [await client.post("/v1/messages", **each) for each in (question, anonymous)]
                return [each.status_code for each in answers] == [401, 401] or None

            await eventually(refused, "everybody to be refused")
            # A control that starts anew then ends no server.
            control = server.signal("control", signal.SIGKILL)
            server.api.headers["authorization"] = owner["authorization"]
            await server.replaced("control", control)
            await eventually(refused, "everybody to be refused still")
            assert await server.stop() == 0


def _command(home: Path, *arguments: str) -> str:
    """What a command without a server prints."""
    environ = {"PATH": os.environ["PATH"], "CLAUDEFLARE_HOME": str(home)}
    finished = subprocess.run(
        [*CLAUDEFLARE, *arguments], env=environ, capture_output=True, text=True, timeout=START_SECONDS, check=True
    )
    return finished.stdout
