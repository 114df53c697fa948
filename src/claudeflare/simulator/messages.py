"""Builds the answer to a request: what it says, why it stops, what it used. The same request gets the same answer."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from claudeflare.simulator import usage as usages
from claudeflare.simulator.conversation import blocks_of
from claudeflare.simulator.errors import invalid
from claudeflare.simulator.prompt import CHARACTERS_PER_TOKEN, count_text
from claudeflare.simulator.seeding import identifier, randomness
from claudeflare.simulator.tools import sample_input, wanted_tool
from claudeflare.simulator.usage import Usage

PROSE = (
    "the request was read and answered with words that stand for a longer text while every limit counts them as it "
    "would count any other so that rates caches and streams behave in the way a client can expect of them"
)
"""Where generated text takes its words from."""


class AnswerScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a test wants to be told, in the header x-simulator-answer (JSON). All fields may be left out."""

    text: str | None = None
    words: int | None = None
    """A text of so many words."""
    tool: str | None = None
    """Use this tool, whether the request offers it or not."""
    input: dict[str, Any] | None = None
    """The tool's input. None: one that fits its schema."""
    thinking: str | None = None
    stop_reason: str | None = None
    """Instead of the one that follows from the content."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One assistant message."""

    id: str
    model: str
    blocks: list[dict[str, Any]]
    stop_reason: str
    stop_sequence: str | None
    usage: Usage


def read_script(header: str | None) -> AnswerScript:
    """The script in the header. Raises ApiError 400 when it is none."""
    if not header:
        return AnswerScript()
    try:
        return msgspec.json.decode(header.encode("latin-1"), type=AnswerScript)
    except msgspec.MsgspecError as error:
        raise invalid(f"x-simulator-answer: {error}") from error


def build_answer(body: dict[str, Any], script: AnswerScript, usage: Usage, seed: str, message_id: str) -> Answer:
    """The answer to a validated request; `usage` is its input side."""
    generator = randomness(seed, msgspec.json.encode(body, order="sorted"))
    last_text, results_given = _last_words(body)
    thinking = _thinking(body, script, generator)
    text = _text(script, last_text, generator)
    tool = None if results_given and not script.tool else _tool(body, script, last_text, generator)
    if tool and script.text is None and script.words is None:
        text = f"I will use {tool['name']}."
    text, stop_reason, stop_sequence = _cut(text, body, spent=count_text(thinking))
    if stop_reason != "end_turn":
        tool = None
    blocks: list[dict[str, Any]] = []
    if thinking:
        blocks.append({"type": "thinking", "thinking": thinking, "signature": _signature(generator)})
    if text:
        blocks.append({"type": "text", "text": text})
    if tool:
        stop_reason = "tool_use"
        blocks.append({"type": "tool_use", "id": identifier("toolu", message_id), **tool})
    return Answer(
        id=message_id,
        model=body["model"],
        blocks=blocks,
        stop_reason=script.stop_reason or stop_reason,
        stop_sequence=stop_sequence,
        usage=msgspec.structs.replace(usage, output=_output_tokens(blocks), thinking=count_text(thinking)),
    )


def message_json(answer: Answer) -> dict[str, Any]:
    """The message as it is answered without streaming."""
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": answer.blocks,
        "stop_reason": answer.stop_reason,
        "stop_sequence": answer.stop_sequence,
        "stop_details": None,
        "container": None,
        "usage": usages.whole(answer.usage),
    }


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


def _signature(generator: random.Random) -> str:
    return "EqQB" + generator.randbytes(48).hex()


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


def _output_tokens(blocks: list[dict[str, Any]]) -> int:
    total = 0
    for block in blocks:
        spoken = block.get("text") or block.get("thinking") or msgspec.json.encode(block.get("input", {})).decode()
        total += count_text(spoken)
    return total
