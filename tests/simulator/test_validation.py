"""What the API refuses, in its words."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.simulator import validation
from claudeflare.simulator.catalog import find_model
from claudeflare.simulator.errors import ApiError

VERSION = "2023-06-01"
LATEST = "2026-10-21"
TOOL = {"name": "get_weather", "input_schema": {"type": "object"}}
TOOL_USE = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "9 °C"}
ASK = {"role": "user", "content": "Hi"}


def request(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [ASK]}
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def refusal(**changes: Any) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        validation.check_message_request(request(**changes), VERSION)
    return caught.value.status, caught.value.message


def test_the_version_is_required_and_must_be_one() -> None:
    assert validation.check_version({"anthropic-version": LATEST}) == LATEST
    with pytest.raises(ApiError, match=r"^anthropic-version: header is required$"):
        validation.check_version({})
    with pytest.raises(ApiError, match=r'^anthropic-version: "2023-06-01, 2023-06-01" is not a valid version$'):
        validation.check_version({"anthropic-version": "2023-06-01, 2023-06-01"})


def test_unknown_betas_are_refused() -> None:
    validation.check_betas(["oauth-2025-04-20", "fast-mode-2026-02-01"])
    with pytest.raises(ApiError, match=r"^Unexpected value\(s\) `foo-2020-01-01` for the `anthropic-beta` header\."):
        validation.check_betas(["oauth-2025-04-20", "foo-2020-01-01"])


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_body_is_a_json_object(raw: bytes) -> None:
    with pytest.raises(ApiError, match=r"^The request body is not valid JSON"):
        validation.parse_body(raw)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"max_tokens": "64"}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
        (
            {"max_tokens": 128_001},
            "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for claude-opus-5-5",
        ),
        ({"model": None}, "model: Field required"),
        ({"model": 5}, "model: Input should be a valid string"),
        ({"messages": None}, "messages: Field required"),
        ({"messages": "Hi"}, "messages: Input should be a valid list"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": ["Hi"]}, "messages.0: Input should be a valid dictionary"),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        ({"messages": [{"role": "bot", "content": "Hi"}]}, "messages.0.role: Input should be 'user' or 'assistant'"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content: Input should be a valid list"),
        (
            {"messages": [{"role": "user", "content": ""}]},
            "messages.0: all messages must have non-empty content except for the optional final assistant message",
        ),
        ({"messages": [{"role": "user", "content": [5]}]}, "messages.0.content.0: Input should be a valid dictionary"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "messages.0.content.0.type: Field required"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages.0.content.0.text.text: Field required",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]},
            "messages.0.content.0.text.text: Input should be a valid string",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
            "messages: text content blocks must be non-empty",
        ),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, 'messages: first message must use the "user" role'),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"flavour": "mint"}, "flavour: Extra inputs are not permitted"),
        ({"tools": {}}, "tools: Input should be a valid list"),
        ({"tools": ["t"]}, "tools.0: Input should be a valid dictionary"),
        ({"tools": [{"name": "t"}]}, "tools.0.custom.input_schema: Field required"),
        (
            {"tool_choice": "auto"},
            "tool_choice: Input should be an object of type 'auto', 'any', 'tool' or 'none'",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "other"}},
            "tool_choice: Tool 'other' not found in provided tools",
        ),
    ],
)
def test_bad_fields_are_refused(changes: dict[str, Any], message: str) -> None:
    assert refusal(**changes) == (400, message)


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(ApiError) as caught:
        validation.check_message_request(request(model="claude-foo"), VERSION)
    assert (caught.value.status, caught.value.kind) == (404, "not_found_error")
    assert caught.value.message == "model: claude-foo"


@pytest.mark.parametrize("field", ["temperature", "top_p", "top_k"])
def test_sampling_fields_ended_with_the_latest_version(field: str) -> None:
    body = request(**{field: 1})
    assert validation.check_message_request(body, VERSION).id == "claude-opus-5-5"
    with pytest.raises(ApiError, match=f"^{field}: Extra inputs are not permitted$"):
        validation.check_message_request(body, LATEST)


@pytest.mark.parametrize(
    "tail", [[], [{"role": "user", "content": "And?"}], [{"role": "user", "content": [{**RESULT, "tool_use_id": "x"}]}]]
)
def test_a_tool_use_needs_its_result_in_the_next_message(tail: list[dict[str, Any]]) -> None:
    messages = [ASK, {"role": "assistant", "content": [TOOL_USE]}, *tail]
    assert refusal(messages=messages) == (
        400,
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1. Each "
        "`tool_use` block must have a corresponding `tool_result` block in the next message.",
    )


def test_a_result_nobody_asked_for_is_refused() -> None:
    status, message = refusal(messages=[{"role": "user", "content": [RESULT]}])
    assert status == 400
    assert message.startswith("messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.")


def test_a_whole_tool_turn_passes() -> None:
    messages = [ASK, {"role": "assistant", "content": [TOOL_USE]}, {"role": "user", "content": [RESULT]}]
    body = request(messages=messages, tools=[TOOL], tool_choice={"type": "auto"})
    assert validation.check_message_request(body, LATEST).line == "opus"


def test_blocks_of_kinds_nobody_knows_pass() -> None:
    body = request(messages=[{"role": "user", "content": [{"type": "hologram", "data": 1}]}])
    assert validation.check_message_request(body, LATEST)


@pytest.mark.parametrize("field", ["stream", "max_tokens"])
def test_counting_takes_no_fields_of_generation(field: str) -> None:
    with pytest.raises(ApiError, match=f"^{field}: Extra inputs are not permitted$"):
        validation.check_count_request({"model": "claude-opus-5-5", "messages": [ASK], field: 1}, VERSION)


def test_a_prompt_may_be_too_long() -> None:
    model = find_model("claude-haiku-4-5")
    assert model is not None
    validation.check_length(200_000, model)
    with pytest.raises(ApiError, match=r"^prompt is too long: 215643 tokens > 200000 maximum$"):
        validation.check_length(215_643, model)
