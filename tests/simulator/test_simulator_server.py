"""The simulator as a process of its own, on the fast event loop."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import pytest

from claudeflare.errors import AlreadyRunning
from claudeflare.simulator.server import SimulatorServer
from harness.simulated_api import simulated_api

RUN = """
import sys, msgspec
from claudeflare.simulator.options import SimulatorOptions
from claudeflare.simulator.server import run
run(msgspec.json.decode(sys.argv[1], type=SimulatorOptions))
"""
REQUEST = b"GET /v1/models HTTP/1.1\r\nhost: x\r\nx-api-key: sk-ant-api03-a\r\nanthropic-version: 2023-06-01\r\n\r\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_serves_and_ends_on_a_signal(number: signal.Signals) -> None:
    options = json.dumps({"port": 0, "faults": ["reset-before-answer;times=1"]})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("listening on http://127.0.0.1:")
    port = int(line.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.transport.abort()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
    process.send_signal(number)
    _, errors = await process.communicate()
    writer.transport.abort()
    assert (process.returncode, errors) == (0, b"")


async def test_a_taken_port_is_named() -> None:
    async with simulated_api() as api:
        with pytest.raises(AlreadyRunning, match=f"Cannot listen on 127.0.0.1:{api.port}: "):
            async with SimulatorServer(api.world, port=api.port):
                pass


async def test_where_it_is() -> None:
    async with simulated_api() as api:
        assert api.url == f"http://127.0.0.1:{api.port}"
        assert repr(api).startswith(f"<SimulatorServer {api.url} <World")
        assert SimulatorServer(api.world, host="::1", port=80).url == "http://[::1]:80"
