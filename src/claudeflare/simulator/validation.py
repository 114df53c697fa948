"""What is wrong with a request, in the order the API finds it: version, beta, JSON, fields, messages, model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from claudeflare.simulator.betas import KNOWN_BETAS, split_betas
from claudeflare.simulator.catalog import Model, find_model
from claudeflare.simulator.conversation import check_messages
from claudeflare.simulator.errors import ApiError, invalid

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


def check_betas(headers: Mapping[str, str]) -> None:
    """Raises ApiError 400 for a beta nobody knows."""
    unknown = [value for value in split_betas(headers.get("anthropic-beta", "")) if value not in KNOWN_BETAS]
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
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid("The request body is not valid JSON: expected an object")
    return body


def check_message_request(body: dict[str, Any], version: str) -> Model:
    """The model of a request to POST /v1/messages. Raises ApiError 400 or 404."""
    _check_fields(body, version)
    _require(body, "max_tokens", "model", "messages")
    max_tokens = body["max_tokens"]
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        raise invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    model = _check_prompt(body)
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
    return _check_prompt(body)


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


def _check_prompt(body: dict[str, Any]) -> Model:
    if not isinstance(body["model"], str):
        raise invalid("model: Input should be a valid string")
    _check_tools(body)
    check_messages(body["messages"])
    model = find_model(body["model"])
    if model is None:
        raise ApiError(404, f"model: {body['model']}")
    return model


def _check_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools", [])
    if not isinstance(tools, list):
        raise invalid("tools: Input should be a valid list")
    names = []
    for number, tool in enumerate(tools):
        if not isinstance(tool, dict) or not isinstance(tool.get("name", ""), str):
            raise invalid(f"tools.{number}: Input should be a valid dictionary")
        if tool.get("type", "custom") == "custom":
            for field in ("name", "input_schema"):
                if field not in tool:
                    raise invalid(f"tools.{number}.custom.{field}: Field required")
        names.append(tool.get("name"))
    choice = body.get("tool_choice")
    if choice is None:
        return
    if not isinstance(choice, dict) or choice.get("type") not in ("auto", "any", "tool", "none"):
        raise invalid("tool_choice: Input should be an object of type 'auto', 'any', 'tool' or 'none'")
    if choice["type"] == "tool" and choice.get("name") not in names:
        raise invalid(f"tool_choice: Tool '{choice.get('name')}' not found in provided tools")
