"""A recorded request and its answer -> the conversation they are part of. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from claudeflare.client.resources import Part
from claudeflare.presentation.answer_stream import assemble
from claudeflare.presentation.content_blocks import Block, ToolResult, ToolUse, as_object, as_text, blocks_of
from claudeflare.presentation.partial_json import read_json

CUT: Final = "The recording stops here: the body is longer than what is kept of one (CLAUDEFLARE_PAYLOAD_LIMIT_BYTES)."
BROKE_OFF: Final = "The stream ends here: it broke off before the answer was whole."

_SHOWN_ELSEWHERE: Final = frozenset({"messages", "system", "tools", "model", "stream"})
_LONGEST_PARAMETER: Final = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One turn."""

    role: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool that the model may use."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    blocks: tuple[Block, ...] = ()
    stop_reason: str | None = None
    error: tuple[str, str] | None = None
    """Type and message."""
    missing: str | None = None
    """What is missing of it, in a sentence."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said."""

    system: tuple[Block, ...]
    tools: tuple[Tool, ...]
    messages: tuple[Message, ...]
    before: int
    """Of the messages, how many were in the conversation before this turn."""
    parameters: tuple[tuple[str, str], ...]
    """max_tokens, temperature, … as sent."""
    answer: Answer | None
    missing: str | None
    """What is missing of the request, in a sentence."""


def conversation_of(request: Part | None, response: Part | None) -> Conversation | None:
    """None when the request is no conversation."""
    asked = read_json(request["body"]) if request is not None and not request["base64"] else None
    if asked is None or not isinstance(messages := as_object(asked.value).get("messages"), list):
        return None
    said = [
        Message(as_text(each.get("role"), "?"), blocks_of(each.get("content"))) for each in map(as_object, messages)
    ]
    answer = None if response is None else answer_of(response)
    before = max((number for number, each in enumerate(said, 1) if each.role == "assistant"), default=0)
    *said, answered = _paired([*said, Message("answer", () if answer is None else answer.blocks)])
    tools = asked.value.get("tools")
    return Conversation(
        system=blocks_of(asked.value.get("system")),
        tools=tuple(map(_tool, tools if isinstance(tools, list) else ())),
        messages=tuple(said),
        before=before,
        parameters=tuple(_parameters(asked.value)),
        answer=None if answer is None else replace(answer, blocks=answered.blocks),
        missing=None if asked.whole else CUT,
    )


def media_type(part: Part) -> str:
    """As the body's sender called it, in lower case; empty when it did not."""
    return next((field["value"].lower() for field in part["fields"] if field["name"].lower() == "content-type"), "")


def answer_of(response: Part) -> Answer | None:
    """None when it is no message."""
    if response["base64"]:
        return None
    if media_type(response).startswith("text/event-stream"):
        streamed = assemble(response["body"])
        over = streamed.ended or streamed.error is not None
        missing = None if over else CUT if response["truncated"] else BROKE_OFF
        return _answered(streamed.message, streamed.error, missing)
    read = read_json(response["body"])
    body = as_object(None if read is None else read.value)
    if body.get("type") == "error":
        error = as_object(body.get("error"))
        return Answer(error=(as_text(error.get("type"), "error"), as_text(error.get("message"))))
    if read is None or not isinstance(body.get("content"), list):
        return None
    return _answered(body, None, None if read.whole else CUT)


def _answered(message: dict[str, Any], error: tuple[str, str] | None, missing: str | None) -> Answer:
    return Answer(blocks_of(message.get("content")), as_text(message.get("stop_reason")) or None, error, missing)


def _paired(messages: Iterable[Message]) -> list[Message]:
    """Results beside the calls they answer; a result without its call stays where it is."""
    said = list(messages)
    called: set[str] = set()
    results: dict[str, ToolResult] = {}
    kept: list[tuple[Block, ...]] = []
    for message in said:
        stays = []
        for block in message.blocks:
            if isinstance(block, ToolUse):
                called.add(block.id)
            if isinstance(block, ToolResult) and block.tool_use_id in called:
                results[block.tool_use_id] = block
            else:
                stays.append(block)
        kept.append(tuple(stays))
    return [
        replace(message, blocks=tuple(_with_result(each, results) for each in blocks))
        for message, blocks in zip(said, kept, strict=True)
    ]


def _with_result(block: Block, results: dict[str, ToolResult]) -> Block:
    return replace(block, result=results.get(block.id)) if isinstance(block, ToolUse) else block


def _tool(given: Any) -> Tool:
    tool = as_object(given)
    return Tool(as_text(tool.get("name")) or as_text(tool.get("type"), "?"), as_text(tool.get("description")))


def _parameters(body: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in body.items():
        if name not in _SHOWN_ELSEWHERE:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield name, text if len(text) <= _LONGEST_PARAMETER else text[:_LONGEST_PARAMETER] + "…"
