"""The format of server-sent events, whole, in pieces, and as a real answer."""

from __future__ import annotations

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.client.server_sent_events import EventParser, ServerSentEvent, events

STREAM = "\n".join(
    [
        "retry: 1000",
        "",
        ": ping",
        "",
        "event: request",
        "id: b-1",
        'data: {"path": "a\u2028b\x0cc"}',
        "",
        "id: b-2",
        "",
        "data:first",
        "data: second",
        "data",
        "",
        "event: cut off",
        "data: never ended",
    ]
)
TOLD = [
    ServerSentEvent("b-1", "request", '{"path": "a\u2028b\x0cc"}'),
    ServerSentEvent("b-2", "message", ""),
    ServerSentEvent("b-2", "message", "first\nsecond\n"),
]


def parsed(*chunks: bytes) -> list[ServerSentEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_format_says_and_nowhere_else(line_end: str) -> None:
    assert parsed(STREAM.replace("\n", line_end).encode()) == TOLD


@given(st.lists(st.integers(min_value=1, max_value=30)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_it_does_not_matter_how_the_bytes_are_cut(sizes: list[int], line_end: str) -> None:
    whole = STREAM.replace("\n", line_end).encode()
    chunks = []
    for size in sizes:
        chunks.append(whole[:size])
        whole = whole[size:]
    assert parsed(*chunks, whole) == TOLD


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert parsed(b"\xef\xbb", b"\xbfdata: x\n\n") == [ServerSentEvent("", "message", "x")]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (b"id: a\0b\ndata: x\n\n", [ServerSentEvent("", "message", "x")]),
        (b"data: \xff\n\n", [ServerSentEvent("", "message", "\ufffd")]),
        (b"event: nothing\n\n", []),
        (b"data: x\n\nevent: later\n\ndata: y\n\n", [("", "message", "x"), ("", "message", "y")]),
        (b"id: 1\ndata: x\n\nid\ndata: y\n\n", [("1", "message", "x"), ("", "message", "y")]),
        (b"data:  two spaces\n\n", [("", "message", " two spaces")]),
    ],
)
def test_odd_blocks(block: bytes, told: list[ServerSentEvent]) -> None:
    assert parsed(block) == told


def test_a_parser_says_where_it_is() -> None:
    parser = EventParser()
    list(parser.feed(b"id: b-7\n\nda"))
    assert repr(parser) == "<EventParser at id 'b-7', 2 bytes not read>"


@pytest.mark.parametrize("places", [False, True])
async def test_an_answer_is_read_event_by_event(*, places: bool) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=STREAM.encode())

    async with (
        httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http,
        http.stream("GET", "http://localhost") as response,
    ):
        assert [event async for event in events(response, places=places)] == [e for e in TOLD if e.data or places]
