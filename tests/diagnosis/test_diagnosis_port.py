"""The port of a server to be, with somebody on it or not."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.diagnosis.port import check_port
from claudeflare.settings import Settings
from harness.gateway import running_gateway


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    [found] = await check_port(Settings(port=port))
    assert (found.state, found.summary) == ("ok", f"{port} on 127.0.0.1 is free.")
    [found] = await check_port(Settings(port=0))
    assert found.summary == "The system picks a free one (PORT=0)."


async def test_taken_by_a_program_that_says_nothing(taken: int) -> None:
    [found] = await check_port(Settings(port=taken), answer_seconds=0.05)
    assert found.state == "problem"
    assert found.summary.startswith(f"Port {taken} on 127.0.0.1 is taken by ")
    assert f"(process {os.getpid()} of " in found.summary
    assert found.cure == f"kill {os.getpid()}, or choose another port: claudeflare serve --port 0, or PORT=…"


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-type: text/json\r\ncontent-length: 4\r\n\r\nnull"]
)
async def test_taken_by_something_else(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        [found] = await check_port(Settings(port=server.sockets[0].getsockname()[1]))
    assert "another Claudeflare" not in found.summary
    assert found.state == "problem"


async def test_taken_by_another_claudeflare(tmp_path: Path) -> None:
    async with running_gateway("http://127.0.0.1:1", tmp_path / "journal") as gateway:
        [found] = await check_port(Settings(port=gateway.port))
    assert found.summary.startswith(f"Port {gateway.port} is taken by another Claudeflare server: ")


async def test_an_address_of_another_machine() -> None:
    [found] = await check_port(Settings(host="192.0.2.1", port=0))
    assert (found.state, found.summary, found.cure) == (
        "problem",
        "The server cannot listen: host 192.0.2.1 is not an address of this machine.",
        "choose another with --host or HOST",
    )
