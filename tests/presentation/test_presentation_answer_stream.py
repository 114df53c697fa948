"""Streams put together: whole, cut anywhere, broken, and with what nobody knows yet."""

from __future__ import annotations

import json
from typing import Any

from claudeflare.presentation.answer_stream import assemble, event_data

Json = dict[str, Any]
START = {"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 5}}}
STOP = (
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}},
    {"type": "message_stop"},
)


def sse(*events: Json) -> str:
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)


def block(index: int, content: Json) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": content}


def delta(index: int, change: Json) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": change}


WHOLE = sse(
    START,
    block(0, {"type": "thinking", "thinking": "", "signature": ""}),
    delta(0, {"type": "thinking_delta", "thinking": "Let me "}),
    delta(0, {"type": "thinking_delta", "thinking": "see."}),
    delta(0, {"type": "signature_delta", "signature": "abc"}),
    block(1, {"type": "text", "text": ""}),
    delta(1, {"type": "text_delta", "text": "Wéll"}),
    delta(1, {"type": "citations_delta", "citation": {"cited_text": "x"}}),
    block(2, {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}),
    delta(2, {"type": "input_json_delta", "partial_json": '{"path":'}),
    delta(2, {"type": "input_json_delta", "partial_json": '"a.py"}'}),
    *STOP,
)


def test_thinking_text_and_a_tools_input_are_put_together() -> None:
    found = assemble(WHOLE)
    assert (found.ended, found.error) == (True, None)
    assert found.message["usage"] == {"input_tokens": 5, "output_tokens": 7}
    assert found.message["stop_reason"] == "tool_use"
    assert found.message["content"] == [
        {"type": "thinking", "thinking": "Let me see.", "signature": "abc"},
        {"type": "text", "text": "Wéll", "citations": [{"cited_text": "x"}]},
        {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a.py"}},
    ]


def test_any_beginning_can_be_read() -> None:
    for length in range(len(WHOLE)):
        found = assemble(WHOLE[:length])
        assert len(found.message["content"]) <= 3
        # The last event is whole two bytes before its blank line is.
        assert not found.ended or length >= len(WHOLE) - 2


def test_line_ends_of_either_kind_comments_and_pings_do_no_harm() -> None:
    text = sse({"type": "ping"}) + WHOLE
    for ending in ("\r\n", "\r"):
        assert assemble(": hello\n".replace("\n", ending) + text.replace("\n", ending)).ended
    assert list(event_data("data: a\x0cb\u2028c\ndata:d\nid: 1\n\ndata: e")) == ["a\x0cb\u2028c\nd", "e"]


def test_a_tool_without_input_keeps_the_empty_one() -> None:
    tool = {"type": "tool_use", "id": "t", "name": "now", "input": {}}
    found = assemble(sse(START, block(0, tool), delta(0, {"type": "input_json_delta", "partial_json": ""})))
    assert found.message["content"] == [tool]


def test_a_stream_that_broke_off_in_a_tools_input_shows_what_came() -> None:
    tool = {"type": "tool_use", "id": "t", "name": "write", "input": {}}
    half = delta(0, {"type": "input_json_delta", "partial_json": '{"path":"a","text":"half of'})
    found = assemble(sse(START, block(0, tool), half))
    assert not found.ended
    assert found.message["content"] == [tool | {"input": {"path": "a", "text": "half of"}, "broken_off": True}]
    nonsense = delta(0, {"type": "input_json_delta", "partial_json": "]"})
    assert assemble(sse(block(0, tool), nonsense)).message["content"] == [tool | {"input": "]", "broken_off": True}]


def test_an_error_in_the_middle_is_told_with_what_came_before() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    found = assemble(sse(START, block(0, {"type": "text", "text": "So far"}), error))
    assert found.error == ("overloaded_error", "Overloaded")
    assert found.message["content"] == [{"type": "text", "text": "So far"}]


def test_deltas_that_nobody_knows_are_kept() -> None:
    new = {"type": "new_delta", "x": 1}
    assert assemble(sse(block(0, {"type": "new"}), delta(0, new))).message["content"] == [
        {"type": "new", "deltas": [new]}
    ]


def test_what_is_not_as_it_should_be_is_no_error() -> None:
    text = sse(
        {"type": "message_start", "message": "?"},
        {"type": "content_block_start", "index": -1, "content_block": None},
        {"type": "content_block_delta", "index": 10**9, "delta": 3},
        {"type": "error", "error": None},
        {"type": "message_delta", "delta": [], "usage": []},
    )
    found = assemble(text + "data: [1]\n\ndata: {broken\n\ndata: " + "[" * 100_000 + "\n\n")
    assert found.error == ("error", "")
    assert len(found.message["content"]) == 1
