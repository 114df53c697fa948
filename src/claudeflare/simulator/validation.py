"""What is wrong with a request, in the order the API finds it: version, beta, JSON, fields, messages, model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from claudeflare.simulator.betas import KNOWN_BETAS
from claudeflare.simulator.cache_marks import check_cache_marks
from claudeflare.simulator.catalog import Model, find_model
from claudeflare.simulator.conversation import blocks_of, check_messages
from claudeflare.simulator.errors import ApiError, invalid
from claudeflare.simulator.tools import check_tools

MAX_BODY_BYTES = 32 * 1024 * 1024
LATEST_VERSION = "2026-10-21"
VERSIONS = frozenset({"2023-01-01", "2023-06-01", LATEST_VERSION})
SAMPLING_FIELDS = ("temperature", "top_p", "top_k")
"""Gone with version 2026-10-21."""
KNOWN_FIELDS = frozenset(
    {
        *("max_tokens", "messages", "model", "stream", "system", "tools", "tool_choice", "thinking", "stop_sequences"),
        *("cache_control", "container", "diagnostics", "inference_geo", "metadata", "output_config", "service_tier"),
        *("speed", *SAMPLING_FIELDS),
        # With beta headers:
        *("billing_policy", "compaction", "context_management", "fallback_credit_token", "fallbacks", "mcp_servers"),
        *("thread", "output_format"),
    }
)
CHOICES = {"speed": ("standard", "fast"), "service_tier": ("auto", "standard_only")}
NOT_COUNTED = frozenset({"stream", "max_tokens", "stop_sequences", "metadata", "service_tier"})
"""Fields count_tokens does not take."""


def check_version(headers: Mapping[str, str]) -> str:
    """The API version asked for. Raises ApiError 400 when it is missing or not one (a doubled header is not)."""
    version = headers.get("anthropic-version")
    if version is None:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise invalid(f'anthropic-version: "{version}" is not a valid version')
    return version


def check_betas(betas: Sequence[str]) -> None:
    """Raises ApiError 400 for a beta nobody knows."""
    unknown = [value for value in betas if value not in KNOWN_BETAS]
    if unknown:
        names = ", ".join(f"`{value}`" for value in unknown)
        raise invalid(
            f"Unexpected value(s) {names} for the `anthropic-beta` header. Please consult our documentation at "
            "platform.claude.com/docs or try again without the header."
        )


def parse_body(raw: bytes) -> dict[str, Any]:
    """The request's JSON object. Raises ApiError 400."""
    try:
        body: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid("The request body is not valid JSON: expected an object")
    return body


def check_message_request(body: dict[str, Any], version: str) -> Model:
    """The model of a request to POST /v1/messages. Raises ApiError 400 or 404."""
    _check_fields(body, version)
    _require(body, "max_tokens", "model", "messages")
    for name, allowed in CHOICES.items():
        if body.get(name) is not None and body[name] not in allowed:
            raise invalid(f"{name}: Input should be {' or '.join(repr(value) for value in allowed)}")
    max_tokens = body["max_tokens"]
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    model = _check_prompt(body, version)
    _check_stop_sequences(body.get("stop_sequences"))
    if max_tokens > model.max_tokens:
        raise invalid(
            f"max_tokens: {max_tokens} > {model.max_tokens}, which is the maximum allowed number of output tokens "
            f"for {model.id}"
        )
    if not isinstance(body.get("stream", False), bool):
        raise invalid("stream: Input should be a valid boolean")
    return model


def check_count_request(body: dict[str, Any], version: str) -> Model:
    """The model of a request to POST /v1/messages/count_tokens. Raises ApiError 400 or 404."""
    for name in body:
        if name in NOT_COUNTED:
            raise invalid(f"{name}: Extra inputs are not permitted")
    _check_fields(body, version)
    _require(body, "model", "messages")
    return _check_prompt(body, version)


def check_length(prompt_tokens: int, model: Model) -> None:
    """Raises ApiError 400 when the prompt is longer than the model reads."""
    if prompt_tokens > model.max_input_tokens:
        raise invalid(f"prompt is too long: {prompt_tokens} tokens > {model.max_input_tokens} maximum")


def _check_fields(body: dict[str, Any], version: str) -> None:
    for name in body:
        if name not in KNOWN_FIELDS or (version == LATEST_VERSION and name in SAMPLING_FIELDS):
            raise invalid(f"{name}: Extra inputs are not permitted")


def _require(body: dict[str, Any], *names: str) -> None:
    for name in names:
        if name not in body:
            raise invalid(f"{name}: Field required")


def _check_prompt(body: dict[str, Any], version: str) -> Model:
    if not isinstance(body["model"], str):
        raise invalid("model: Input should be a valid string")
    check_tools(body)
    _check_system(body.get("system"))
    check_messages(body["messages"])
    if version == LATEST_VERSION:
        _check_latest(body["messages"])
    check_cache_marks(body)
    model = find_model(body["model"])
    if model is None:
        raise ApiError(404, f"model: {body['model']}")
    return model


def _check_system(system: Any) -> None:
    if isinstance(system, str) or system is None:
        return
    if not isinstance(system, list):
        raise invalid("system: Input should be a valid list")
    for number, block in enumerate(system):
        if not isinstance(block, dict) or block.get("type") != "text" or not isinstance(block.get("text"), str):
            raise invalid(f"system.{number}: Input should be a text block")


def _check_stop_sequences(sequences: Any) -> None:
    if sequences is None:
        return
    if not isinstance(sequences, list) or not all(isinstance(sequence, str) for sequence in sequences):
        raise invalid("stop_sequences: Input should be a valid list of strings")
    if any(not sequence.strip() for sequence in sequences):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_latest(messages: list[dict[str, Any]]) -> None:
    """What version 2026-10-21 takes no more."""
    for number, message in enumerate(messages):
        for position, block in enumerate(blocks_of(message)):
            path = f"messages.{number}.content.{position}"
            if message["role"] == "assistant" and block["type"] == "document":
                raise invalid(f"{path}: document blocks are not permitted in assistant messages")
            if message["role"] == "user" and block["type"] == "text" and "citations" in block:
                raise invalid(f"{path}.text.citations: Extra inputs are not permitted")
