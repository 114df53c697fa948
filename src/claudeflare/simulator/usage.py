"""What a request used, in the forms the API reports it."""

from __future__ import annotations

from typing import Any

import msgspec


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Disjoint token counts; the prompt is input + cache_write_5m + cache_write_1h + cache_read."""

    input: int
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    thinking: int = 0
    """Part of `output`."""
    web_searches: int = 0
    read_while_answering: int = 0
    """What searches found: input that is known only at the end."""
    speed: str = "standard"
    service_tier: str = "standard"
    inference_geo: str = "global"

    @property
    def limited_input(self) -> int:
        """What counts against input tokens per minute: cache reads do not."""
        return self.input + self.read_while_answering + self.cache_write_5m + self.cache_write_1h


def whole(usage: Usage) -> dict[str, Any]:
    """`usage` of a message that is not streamed."""
    return {
        **_input(usage, usage.input + usage.read_while_answering),
        "cache_creation": _creation(usage),
        **_output(usage),
        "server_tool_use": _server_tools(usage),
        "service_tier": usage.service_tier,
        "inference_geo": usage.inference_geo,
        "speed": usage.speed,
    }


def at_start(usage: Usage) -> dict[str, Any]:
    """`usage` in message_start: the input side as far as it is known and a provisional output count."""
    return {
        **_input(usage, usage.input),
        "cache_creation": _creation(usage),
        "output_tokens": min(usage.output, 1),
        "service_tier": usage.service_tier,
        "inference_geo": usage.inference_geo,
        "speed": usage.speed,
    }


def at_end(usage: Usage) -> dict[str, Any]:
    """`usage` in message_delta: cumulative, with no split of the cache writes."""
    tools = {"server_tool_use": _server_tools(usage)} if usage.web_searches else {}
    return {**_input(usage, usage.input + usage.read_while_answering), **_output(usage), **tools}


def _input(usage: Usage, uncached: int) -> dict[str, Any]:
    return {
        "input_tokens": uncached,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_read_input_tokens": usage.cache_read,
    }


def _output(usage: Usage) -> dict[str, Any]:
    thinking = {"output_tokens_details": {"thinking_tokens": usage.thinking}} if usage.thinking else {}
    return {"output_tokens": usage.output, **thinking}


def _server_tools(usage: Usage) -> dict[str, int] | None:
    return {"web_search_requests": usage.web_searches, "web_fetch_requests": 0} if usage.web_searches else None


def _creation(usage: Usage) -> dict[str, Any]:
    return {
        "ephemeral_5m_input_tokens": usage.cache_write_5m,
        "ephemeral_1h_input_tokens": usage.cache_write_1h,
    }
