"""The quick question, asked of a real server; and everything else that may be found in its place."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from claudeflare.client.quick_answer import quick_answer, running_server
from claudeflare.errors import InvalidInput, Unauthorized, Unreachable
from claudeflare.home import Home
from claudeflare.settings_sources import LoadedSettings
from harness.control_server import running_server as serving
from harness.data_directory import NOW

GLANCE = "/api/glance"


async def in_thread(*arguments: Any) -> Any:
    return await asyncio.to_thread(quick_answer, *arguments)


async def test_the_data_directorys_own_server(home: Home, loaded: LoadedSettings) -> None:
    async with serving(home, loaded.settings) as url:
        assert running_server(home) == url
        seen = await in_thread(f"{GLANCE}?since={NOW - 3600:.0f}&session=session-1", loaded, None, None)
        assert (seen["account"], seen["servesSession"], seen["requests"]) == ("work", True, 4)
        assert (await in_thread(GLANCE, loaded, url, None))["account"] == "work"
        with pytest.raises(Unreachable, match="status 401"):
            await in_thread(GLANCE, loaded, url, "wrong")
    # The server is gone, what it wrote about itself is still there.
    assert home.server.exists()
    assert running_server(home) is None
    with pytest.raises(Unreachable, match="No server is running"):
        await in_thread(GLANCE, loaded, None, None)


def test_looking_leaves_nothing_behind(tmp_path: Any) -> None:
    home = Home(tmp_path / "nowhere")
    assert running_server(home) is None
    assert not home.directory.exists()
    home.prepare()
    home.server.write_text('{"pid": 1')
    assert running_server(home) is None
    assert not home.lock.exists()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "does not answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<ht", "does not answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", "does not answer"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}", "status 404"),
        (b"\x16\x03\x01", "does not answer"),
    ],
)
async def test_something_else_answers(loaded: LoadedSettings, answer: bytes, words: str) -> None:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Unreachable, match=words):
            await in_thread(GLANCE, loaded, url, "token")


async def test_nobody_answers(loaded: LoadedSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(Unreachable, match="timed out"):
            await in_thread(GLANCE, loaded, f"http://127.0.0.1:{silent.getsockname()[1]}", "token", 0.05)
    with pytest.raises(Unreachable):
        await in_thread(GLANCE, loaded, "http://127.0.0.1:1", "token")


@pytest.mark.parametrize("url", ["claudeflare", "ftp://localhost", "http://"])
def test_what_is_no_url(loaded: LoadedSettings, url: str) -> None:
    with pytest.raises(InvalidInput, match="not a server's URL"):
        quick_answer(GLANCE, loaded, url, "token")


def test_the_data_directorys_token_stays_on_this_machine(home: Home, loaded: LoadedSettings) -> None:
    home.control_token.touch(mode=0o600)
    home.control_token.write_text("secret\n")
    with pytest.raises(Unauthorized, match="CLAUDEFLARE_TOKEN"):
        quick_answer(GLANCE, loaded, "http://flare.example:8080", None)
