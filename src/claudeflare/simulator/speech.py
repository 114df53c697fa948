"""What the model says in answer to a request, before it becomes blocks: echo and prose from a seeded generator."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from claudeflare.simulator.conversation import blocks_of
from claudeflare.simulator.prompt import CHARACTERS_PER_TOKEN, count_text
from claudeflare.simulator.script import AnswerScript
from claudeflare.simulator.tools import sample_input, wanted_tool
from claudeflare.simulator.web_search import NAME, Search, search, wants_search

PROSE = (
    "the request was read and answered with words that stand for a longer text while every limit counts them as it "
    "would count any other so that rates caches and streams behave in the way a client can expect of them"
)
"""Where generated text takes its words from."""


class Speech(msgspec.Struct, frozen=True):
    """One answer."""

    thinking: str
    found: Search | None
    text: str
    tool: dict[str, Any] | None
    stop_reason: str
    stop_sequence: str | None


def speak(body: dict[str, Any], script: AnswerScript, message_id: str, generator: random.Random) -> Speech:
    """The answer's content, as the script, the tools and the user's last words have it."""
    last_text, results_given = _last_words(body)
    thinking = _thinking(body, script, generator)
    text = _text(script, last_text, generator)
    searches = script.tool == NAME or (script.tool is None and not results_given and wants_search(body, last_text))
    found = search(body, _query(script, last_text), message_id, generator) if searches else None
    calls = not searches and (script.tool or not results_given)
    tool = _tool(body, script, last_text, generator) if calls else None
    if tool and script.text is None and script.words is None:
        text = f"I will use {tool['name']}."
    text, stop_reason, stop_sequence = _cut(text, body, spent=count_text(thinking))
    if stop_reason != "end_turn":
        tool = None
    return Speech(thinking, found, text, tool, "tool_use" if tool else stop_reason, stop_sequence)


def _last_words(body: dict[str, Any]) -> tuple[str, bool]:
    """What the user said last, and whether that came with tool results."""
    users = [message for message in body["messages"] if message["role"] == "user"]
    blocks = blocks_of(users[-1]) if users else []
    text = " ".join(block["text"] for block in blocks if block["type"] == "text")
    return text, any(block["type"] == "tool_result" for block in blocks)


def _text(script: AnswerScript, last_text: str, generator: random.Random) -> str:
    if script.text is not None:
        return script.text
    if script.words is not None:
        return _prose(script.words, generator)
    return f"You said: {last_text[:200]}\n\n{_prose(generator.randint(20, 150), generator)}"


def _prose(words: int, generator: random.Random) -> str:
    return " ".join(generator.choices(PROSE.split(), k=words)).capitalize() + "." if words > 0 else ""


def _thinking(body: dict[str, Any], script: AnswerScript, generator: random.Random) -> str:
    if script.thinking is not None:
        return script.thinking
    asked = (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")
    return _prose(generator.randint(10, 40), generator) if asked else ""


def _query(script: AnswerScript, last_text: str) -> str:
    return str((script.input or {}).get("query") or last_text[:100] or "anything")


def _tool(
    body: dict[str, Any], script: AnswerScript, last_text: str, generator: random.Random
) -> dict[str, Any] | None:
    if script.tool is None:
        chosen = wanted_tool(body, last_text)
        return chosen and {"name": chosen["name"], "input": sample_input(chosen["input_schema"], generator)}
    offered: dict[str, Any] = next((tool for tool in body.get("tools") or () if tool.get("name") == script.tool), {})
    given = sample_input(offered.get("input_schema"), generator) if script.input is None else script.input
    return {"name": script.tool, "input": given}


def _cut(text: str, body: dict[str, Any], spent: int) -> tuple[str, str, str | None]:
    """The text up to a stop sequence or max_tokens, why it ends there, and which sequence."""
    found = [(text.find(stop), stop) for stop in body.get("stop_sequences") or () if stop and stop in text]
    reason, sequence = "end_turn", None
    if found:
        position, sequence = min(found)
        text, reason = text[:position], "stop_sequence"
    room = max(body["max_tokens"] - spent, 0)
    if count_text(text) > room or body["max_tokens"] == 0:
        return text[: room * CHARACTERS_PER_TOKEN], "max_tokens", None
    return text, reason, sequence
