"""Builds the answer to a request: what it says, why it stops, what it used. The same request gets the same answer."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator import usage as usages
from claudeflare.simulator.prompt import count_text
from claudeflare.simulator.resources.code_execution import Execution
from claudeflare.simulator.script import AnswerScript
from claudeflare.simulator.seeding import identifier, randomness
from claudeflare.simulator.signatures import Binding, sign
from claudeflare.simulator.speech import Speech, speak
from claudeflare.simulator.thinking import InputTransformation
from claudeflare.simulator.usage import Usage


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer depends on besides the request."""

    seed: int
    message_id: str
    usage: Usage
    """Its input side."""
    binding: Binding
    """What its thinking is bound to."""
    transformations: tuple[InputTransformation, ...] | None = None
    """None: not reported, as without the beta."""
    container: dict[str, Any] | None = None
    """Where it ran code, as it is shown."""
    execution: Execution | None = None
    """The code it ran."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One assistant message."""

    id: str
    model: str
    blocks: list[dict[str, Any]]
    stop_reason: str
    stop_sequence: str | None
    usage: Usage
    transformations: tuple[InputTransformation, ...] | None = None
    container: dict[str, Any] | None = None

    @property
    def stop_details(self) -> dict[str, Any] | None:
        """Set for a refusal alone."""
        refused = self.stop_reason == "refusal"
        return {"type": "refusal", "category": None, "explanation": None} if refused else None

    @property
    def report(self) -> dict[str, Any]:
        """The field `input_transformations`, where it is wanted."""
        if self.transformations is None:
            return {}
        return {"input_transformations": [msgspec.to_builtins(entry) for entry in self.transformations]}


def build_answer(body: dict[str, Any], script: AnswerScript, given: Circumstances) -> Answer:
    """The answer to a validated request."""
    # Streamed or not, the answer is the same.
    asked = {name: value for name, value in body.items() if name != "stream"}
    generator = randomness(given.seed, msgspec.json.encode(asked, order="sorted"))
    spoken = speak(body, script, given.message_id, generator)
    blocks = _blocks(spoken, body, given)
    found = spoken.found
    usage = msgspec.structs.replace(
        given.usage,
        output=_output_tokens(spoken, blocks),
        thinking=count_text(spoken.thinking),
        web_searches=1 if found else 0,
        read_while_answering=sum(tool.tokens_read for tool in (found, given.execution) if tool),
    )
    return Answer(
        id=given.message_id,
        model=body["model"],
        blocks=blocks,
        stop_reason=script.stop_reason or spoken.stop_reason,
        stop_sequence=spoken.stop_sequence,
        usage=usage,
        transformations=given.transformations,
        container=given.container,
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
        "stop_details": answer.stop_details,
        "container": answer.container,
        "usage": usages.whole(answer.usage),
        **answer.report,
    }


def _blocks(spoken: Speech, body: dict[str, Any], given: Circumstances) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if spoken.thinking:
        # Display "omitted" keeps the text back; the signature alone carries it.
        shown = "" if (body.get("thinking") or {}).get("display") == "omitted" else spoken.thinking
        blocks.append({"type": "thinking", "thinking": shown, "signature": sign(shown, given.binding)})
    if spoken.found:
        blocks += [spoken.found.call, spoken.found.result]
    if given.execution:
        blocks += [given.execution.call, given.execution.result]
    if spoken.text:
        cited = {"citations": [spoken.found.citation]} if spoken.found else {}
        blocks.append({"type": "text", "text": spoken.text, **cited})
    if spoken.tool:
        blocks.append({"type": "tool_use", "id": identifier("toolu", given.message_id), **spoken.tool})
    return blocks


def _output_tokens(spoken: Speech, blocks: list[dict[str, Any]]) -> int:
    """What was generated, thinking included that is not shown; what a search found was not."""
    inputs = [msgspec.json.encode(block["input"]).decode() for block in blocks if "input" in block]
    return count_text(spoken.thinking) + count_text(spoken.text) + sum(map(count_text, inputs))
