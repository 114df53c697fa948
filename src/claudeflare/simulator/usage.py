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

    @property
    def limited_input(self) -> int:
        """What counts against input tokens per minute: cache reads do not."""
        return self.input + self.cache_write_5m + self.cache_write_1h


def whole(usage: Usage) -> dict[str, Any]:
    """`usage` of a message that is not streamed."""
    thinking = {"output_tokens_details": {"thinking_tokens": usage.thinking}} if usage.thinking else {}
    return {
        **_input(usage),
        "cache_creation": _creation(usage),
        "output_tokens": usage.output,
        **thinking,
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "global",
        "speed": "standard",
    }


def at_start(usage: Usage) -> dict[str, Any]:
    """`usage` in message_start: the whole input side and a provisional output count."""
    return {
        **_input(usage),
        "cache_creation": _creation(usage),
        "output_tokens": min(usage.output, 1),
        "service_tier": "standard",
        "inference_geo": "global",
    }


def at_end(usage: Usage) -> dict[str, Any]:
    """`usage` in message_delta: cumulative, with no split of the cache writes."""
    thinking = {"output_tokens_details": {"thinking_tokens": usage.thinking}} if usage.thinking else {}
    return {**_input(usage), "output_tokens": usage.output, **thinking}


def _input(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_read_input_tokens": usage.cache_read,
    }


def _creation(usage: Usage) -> dict[str, Any]:
    return {
        "ephemeral_5m_input_tokens": usage.cache_write_5m,
        "ephemeral_1h_input_tokens": usage.cache_write_1h,
    }
