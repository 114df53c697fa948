"""What came of bytes sent through a proxy: the answers its client got, and every byte its upstream got."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from harness.upstream import UpstreamPeer, scripted_upstream

ANSWER = b"{}"
_HEAD = re.compile(rb"[A-Z]+ [!-~]+ HTTP/1\.[01]\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t -~\x80-\xff]*\r\n)+\r\n")


class Passage(NamedTuple):
    """One client connection, from its first byte to its end."""

    answers: bytes
    """All that the client got."""
    upstream: list[bytes]
    """Each request that arrived, head and body."""

    @property
    def statuses(self) -> list[int]:
        """Of the answers, in order."""
        return statuses(self.answers)


class Recorder:
    """An upstream that answers every request alike and keeps all of it."""

    def __init__(self, *, strict: bool) -> None:
        """`strict`: a request that is not well formed fails the test."""
        self._strict = strict
        self.requests: list[bytes] = []
        self.url = ""

    async def serve(self, peer: UpstreamPeer) -> None:
        while await peer.read_request():
            if self._strict:
                assert _HEAD.fullmatch(peer.head), peer.head
                framing = [*peer.header(b"content-length"), *peer.header(b"transfer-encoding")]
                assert len(framing) <= 1, peer.head
            self.requests.append(peer.head + peer.body)
            await peer.answer(ANSWER)

    def take(self) -> list[bytes]:
        """What came since the last time."""
        taken, self.requests = self.requests, []
        return taken


@asynccontextmanager
async def recorder(*, strict: bool = True) -> AsyncIterator[Recorder]:
    recording = Recorder(strict=strict)
    async with scripted_upstream(recording.serve) as upstream:
        recording.url = upstream.url
        yield recording


async def passage(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], raw: bytes, recording: Recorder
) -> Passage:
    """Send these bytes, close the sending side, and see what happens until the proxy closes the other."""
    reader, writer = connection
    writer.write(raw)
    writer.write_eof()
    try:
        answers = await reader.read()
    except ConnectionResetError:
        answers = b""
    writer.close()
    return Passage(answers, recording.take())


def read_as(request: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and body: what two programs must agree on; fields are each one's own."""
    head, _, body = request.partition(b"\r\n\r\n")
    method, target, _ = head.partition(b"\r\n")[0].split(b" ")
    return method, target, body


def statuses(answers: bytes) -> list[int]:
    """The status of each answer, all of them framed by their length."""
    found = []
    while answers:
        head, separator, rest = answers.partition(b"\r\n\r\n")
        assert separator, answers
        found.append(int(head.split(b" ")[1]))
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        assert length or found[-1] < 200, head
        answers = rest[int(length[1]) if length else 0 :]
    return found
