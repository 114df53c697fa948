from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from claudeflare.control.http_server import HttpServer
from claudeflare.tasks import TaskKeeper


async def test_it_serves_a_unix_socket_until_stopped_and_leaves_signals_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.url.path)

    serving = asyncio.Event()
    server = HttpServer(Starlette(routes=[Route("/here", answer)]), 120.0, serving.set)
    tasks = TaskKeeper()
    running = tasks.start(server.serve([listening]), "server")
    await asyncio.wait_for(serving.wait(), 10)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers

    transport = httpx2.AsyncHTTPTransport(uds=str(path))
    async with httpx2.AsyncClient(base_url="http://localhost", transport=transport) as client:
        response = await client.get("/here")
        assert (response.status_code, response.text) == (200, "/here")
        assert "server" not in response.headers
        server.stop()
        await asyncio.wait_for(running, 10)  # an idle connection does not keep it


def test_idle_connections_outlive_those_of_gateways() -> None:
    assert HttpServer(Starlette(), 119.5, lambda: None).config.timeout_keep_alive > 119.5
