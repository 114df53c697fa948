from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from claudeflare.access.presented_token import COOKIE
from claudeflare.api.open_answers import NoLongerAdmitted, ending_send
from claudeflare.api.security import Security
from claudeflare.tasks import TaskKeeper
from harness.rest_api import NOW, Api


class Stream:
    """A reader of a stream without end, behind the real security, that has read its first line."""

    def __init__(self, api: Api, **headers: str) -> None:
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        app = Security(self._answer, api.services)
        fields = {"host": "127.0.0.1:8080", "x-claudeflare-peer": "192.0.2.1", **headers}
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"spec_version": "2.4"},
            "method": "GET",
            "path": "/api/stream",
            "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        }
        self.tasks = TaskKeeper()
        self.answering = self.tasks.start(self._serve(app, scope), "the stream")

    async def _serve(self, app: Security, scope: Scope) -> None:
        await app(scope, self._receive, self.messages.put)

    async def _receive(self) -> Message:
        return await asyncio.Future()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(self._written())(scope, receive, send)

    async def _written(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._lines.get()

    async def read(self) -> tuple[bytes, bool]:
        """The next line that is written now, and whether more follow."""
        self._lines.put_nowait(b"line")
        message = await self.messages.get()
        if message["type"] == "http.response.start":
            assert message["status"] == 200
            message = await self.messages.get()
        return message["body"], message["more_body"]


async def test_a_stream_ends_with_the_token_that_opened_it(api: Api) -> None:
    stream = Stream(api, authorization=f"Bearer {api.control.token}")
    assert await stream.read() == (b"line", True)
    await api.post("/api/token/rotate")
    assert await stream.read() == (b"", False)
    await stream.answering


@pytest.mark.parametrize("ended", ["one", "another"])
async def test_a_stream_ends_with_the_session_that_opened_it(api: Api, ended: str) -> None:
    sessions = api.services.authentication.sessions
    secret, session = sessions.open(NOW, None, None)
    _, other = sessions.open(NOW, None, None)
    stream = Stream(api, cookie=f"{COOKIE}={secret}")
    assert await stream.read() == (b"line", True)
    sessions.end(session.id if ended == "one" else other.id)
    assert await stream.read() == ((b"", False) if ended == "one" else (b"line", True))
    await stream.tasks.close()


async def test_an_answer_that_is_at_its_end_is_not_cut_off() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    ending = ending_send(send, lambda: False)
    last: Message = {"type": "http.response.body", "body": b"whole", "more_body": False}
    await ending(last)
    assert sent == [last]
    with pytest.raises(NoLongerAdmitted):
        await ending({"type": "http.response.body", "body": b"part", "more_body": True})
    assert sent[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]
