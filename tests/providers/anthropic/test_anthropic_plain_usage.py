"""The quick reader of usage says what the thorough one says, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.providers.anthropic.plain_usage import plain_usage
from claudeflare.providers.anthropic.usage import billed_parts, token_counts

COUNTS = st.none() | st.booleans() | st.sampled_from([0, 1, 5, 2**53, 2**53 + 1, -1, 1.5, "7"]) | st.integers()
OBJECTS = {
    "cache_creation": ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
    "output_tokens_details": ("thinking_tokens",),
    "server_tool_use": ("web_search_requests", "web_fetch_requests"),
}
USAGE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"), COUNTS
        ),
        **{
            name: st.none() | st.just([]) | st.fixed_dictionaries({}, optional=dict.fromkeys(counters, COUNTS))
            for name, counters in OBJECTS.items()
        },
        "speed": st.sampled_from([None, "fast", "standard", 1]),
        "service_tier": st.sampled_from([None, "batch", "standard", 1]),
        "inference_geo": st.sampled_from([None, "us", "", 1]),
        "iterations": st.sampled_from([None, [], {}]),
        "unheard_of": st.just({"a": 1}),
    },
)


@given(USAGE)
def test_it_agrees_with_the_thorough_reader(usage: dict[str, Any]) -> None:
    plain = plain_usage(usage)
    if plain is None:
        return
    assert plain.token_counts() == token_counts(usage)
    [part] = billed_parts(usage, "m", "end_turn", "/v1/messages")
    assert (part.fast, part.batch) == (plain.speed == "fast", plain.service_tier == "batch")
    assert (part.tokens, part.inference_geo) == (plain.token_counts(), plain.inference_geo)


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": True},
        {"input_tokens": -1},
        {"output_tokens": 2**53 + 1},
        {"cache_creation": []},
        {"iterations": [{"type": "message", "output_tokens": 5}]},
    ],
)
def test_what_is_not_plain_is_left_to_it(usage: dict[str, Any]) -> None:
    assert plain_usage(usage) is None


def test_what_answers_have_today_is_plain() -> None:
    usage = {"input_tokens": 5, "cache_creation": {"ephemeral_5m_input_tokens": 2}, "output_tokens": 3, "speed": "fast"}
    assert plain_usage({**usage, "iterations": None, "unheard_of": [1]}) is not None
