"""Recorded bodies as conversations."""

from __future__ import annotations

import json
from typing import Any

from claudeflare.client.resources import Part
from claudeflare.presentation.content_blocks import (
    Document,
    Image,
    RawBlock,
    TextBlock,
    Thinking,
    ToolResult,
    ToolUse,
    blocks_of,
)
from claudeflare.presentation.conversation import BROKE_OFF, CUT, Answer, Message, Tool, conversation_of

ASKED: dict[str, Any] = {
    "model": "m",
    "max_tokens": 10,
    "metadata": {"user_id": "x" * 300},
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "tools": [{"name": "read", "description": "Reads."}, {"type": "web_search_20250305"}, None],
    "messages": [
        {"role": "user", "content": "Read a.py"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "read", "input": {"path": "a.py"}}]},
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "is_error": True,
                    "content": [
                        {"type": "text", "text": "no such file"},
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
                    ],
                },
                {"type": "text", "text": "And now?"},
            ],
        },
    ],
}


def part(value: Any, kind: str = "application/json", *, base64: bool = False, truncated: bool = False) -> Part:
    body = value if isinstance(value, str) else json.dumps(value)
    return {
        "at": "2026-11-22T17:40:00.000Z",
        "fields": [{"name": "Content-Type", "value": kind}],
        "size": len(body),
        "captured": len(body),
        "truncated": truncated,
        "contentEncoding": None,
        "body": body,
        "base64": base64,
    }


def test_a_request_is_read_with_its_results_beside_their_calls() -> None:
    found = conversation_of(part(ASKED), None)
    assert found is not None
    assert found.system == (TextBlock("Be brief."),)
    assert found.tools == (Tool("read", "Reads."), Tool("web_search_20250305", ""), Tool("?", ""))
    assert found.parameters[0] == ("max_tokens", "10")
    assert found.parameters[1][1].endswith("…")
    assert (found.before, found.missing, found.answer) == (2, None, None)
    result = ToolResult("t1", True, (TextBlock("no such file"), Image("image/png", 3, "")))
    assert found.messages == (
        Message("user", (TextBlock("Read a.py"),)),
        Message("assistant", (ToolUse("t1", "read", {"path": "a.py"}, by_api=False, result=result),)),
        Message("user", (TextBlock("And now?"),)),
    )


def test_a_result_without_its_call_stays_where_it_is() -> None:
    content = [{"type": "tool_result", "tool_use_id": "gone", "content": "42"}]
    found = conversation_of(part({"messages": [{"role": "user", "content": content}]}), None)
    assert found is not None
    assert found.messages[0].blocks == (ToolResult("gone", False, (TextBlock("42"),)),)


def test_blocks_of_every_kind() -> None:
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    text_document = {"type": "document", "title": "Notes", "source": {"type": "text", "data": "abc"}}
    file_document = {"type": "document", "source": {"type": "file", "file_id": "file_1"}}
    cited = [{"document_title": "Notes"}, {"title": "A page", "url": "https://example.com"}, None, {"title": 3}]
    new = {"type": "hologram", "x": 1}
    assert blocks_of(
        [
            {"type": "thinking", "thinking": "Hm."},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "text", "text": "So.", "citations": cited},
            image,
            text_document,
            file_document,
            new,
            "nonsense",
        ]
    ) == (
        Thinking("Hm."),
        Thinking(""),
        TextBlock("So.", ("Notes", "A page https://example.com", "Source")),
        Image("image", None, "https://example.com/a.png"),
        Document("Notes", "text", "abc", ""),
        Document("Document", "file", None, "file_1"),
        RawBlock("hologram", new),
        RawBlock("unknown", "nonsense"),
    )
    assert blocks_of(None) == blocks_of("") == ()
    assert blocks_of({"a": 1}) == (RawBlock("content", {"a": 1}),)


def test_an_answer_with_a_tool_that_the_api_ran() -> None:
    hit = {"type": "web_search_result", "title": "A page"}
    content = [
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [hit]},
        {"type": "server_tool_use", "id": "s2", "name": "web_search"},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s2",
            "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"},
        },
    ]
    found = conversation_of(
        part({"messages": []}), part({"type": "message", "stop_reason": "end_turn", "content": content})
    )
    assert found is not None
    assert found.answer is not None
    assert found.answer.stop_reason == "end_turn"
    first, second = found.answer.blocks
    assert isinstance(first, ToolUse)
    assert isinstance(second, ToolUse)
    assert first.by_api
    assert first.result == ToolResult("s1", False, (RawBlock("web_search_result", hit),))
    assert second.result is not None
    assert second.result.failed


def test_an_error_instead_of_an_answer() -> None:
    error = {"type": "error", "error": {"type": "rate_limit_error", "message": "Wait."}}
    found = conversation_of(part(ASKED), part(error))
    assert found is not None
    assert found.answer == Answer(error=("rate_limit_error", "Wait."))


def test_what_stops_too_early_says_so() -> None:
    cut = conversation_of(part(json.dumps(ASKED)[:-40], truncated=True), None)
    assert cut is not None
    assert cut.missing == CUT
    stream = 'data: {"type":"message_start","message":{"content":[]}}\n\n'
    for truncated, words in ((False, BROKE_OFF), (True, CUT)):
        found = conversation_of(part(ASKED), part(stream, "text/event-stream; charset=utf-8", truncated=truncated))
        assert found is not None
        assert found.answer is not None
        assert found.answer.missing == words
    half = conversation_of(part(ASKED), part('{"content": [{"type": "text", "text": "ha', truncated=True))
    assert half is not None
    assert half.answer == Answer((TextBlock("ha"),), missing=CUT)


def test_what_is_no_conversation_is_none() -> None:
    assert conversation_of(part({"requests": []}), None) is None
    assert conversation_of(part("AAAA", base64=True), None) is None
    assert conversation_of(part("hello"), None) is None
    assert conversation_of(None, None) is None
    found = conversation_of(part(ASKED), part("AAAA", base64=True))
    assert found is not None
    assert found.answer is None
