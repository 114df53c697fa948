"""Checks the messages of a request: roles, content, and each tool use followed by its result."""

from __future__ import annotations

from typing import Any

from claudeflare.simulator.errors import invalid

ROLES = ("user", "assistant", "system")
"""`system` between the turns is what the mid-conversation betas send."""


def check_messages(messages: Any) -> None:
    """Raises ApiError 400 for the first thing that is wrong."""
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    for number, message in enumerate(messages):
        _check_message(f"messages.{number}", message, last=number == len(messages) - 1)
    if messages[0]["role"] == "assistant":
        raise invalid('messages: first message must use the "user" role')
    _check_tool_pairs(messages)


def blocks_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """A message's content as blocks; a string is one text block."""
    content = message["content"]
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    blocks: list[dict[str, Any]] = content
    return blocks


def _check_message(path: str, message: Any, *, last: bool) -> None:
    if not isinstance(message, dict):
        raise invalid(f"{path}: Input should be a valid dictionary")
    for field in ("role", "content"):
        if field not in message:
            raise invalid(f"{path}.{field}: Field required")
    if message["role"] not in ROLES:
        raise invalid(f"{path}.role: Input should be 'user' or 'assistant'")
    content = message["content"]
    if not isinstance(content, str | list):
        raise invalid(f"{path}.content: Input should be a valid list")
    if not content and not (last and message["role"] == "assistant"):
        raise invalid(
            f"{path}: all messages must have non-empty content except for the optional final assistant message"
        )
    if isinstance(content, list):
        for number, block in enumerate(content):
            _check_block(f"{path}.content.{number}", block)


def _check_block(path: str, block: Any) -> None:
    if not isinstance(block, dict):
        raise invalid(f"{path}: Input should be a valid dictionary")
    # Kinds of block are an open set: only what is known is looked into.
    required = {
        "text": ("text",),
        "thinking": ("thinking", "signature"),
        "tool_use": ("id", "name", "input"),
        "tool_result": ("tool_use_id",),
    }
    kind = block.get("type")
    if not isinstance(kind, str):
        raise invalid(f"{path}.type: Field required")
    for field in required.get(kind, ()):
        if field not in block:
            raise invalid(f"{path}.{kind}.{field}: Field required")
    if kind == "thinking":
        for field in ("thinking", "signature"):
            if not isinstance(block[field], str):
                raise invalid(f"{path}.thinking.{field}: Input should be a valid string")
    if kind == "text":
        if not isinstance(block["text"], str):
            raise invalid(f"{path}.text.text: Input should be a valid string")
        if not block["text"]:
            raise invalid("messages: text content blocks must be non-empty")


def _check_tool_pairs(messages: list[dict[str, Any]]) -> None:
    asked: list[str] = []
    for number, message in enumerate(messages):
        answered = _ids(message, "tool_result", "tool_use_id")
        if missing := [tool_use for tool_use in asked if tool_use not in answered]:
            raise invalid(_unanswered(number - 1, missing))
        for position, block in enumerate(blocks_of(message)):
            if block["type"] == "tool_result" and block["tool_use_id"] not in asked:
                raise invalid(
                    f"messages.{number}.content.{position}: unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{block['tool_use_id']}. Each `tool_result` block must have a corresponding `tool_use` block in "
                    "the previous message."
                )
        asked = _ids(message, "tool_use", "id") if message["role"] == "assistant" else []
    if asked:
        raise invalid(_unanswered(len(messages) - 1, asked))


def _ids(message: dict[str, Any], kind: str, field: str) -> list[str]:
    return [block[field] for block in blocks_of(message) if block["type"] == kind]


def _unanswered(number: int, missing: list[str]) -> str:
    return (
        f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
        "message."
    )
