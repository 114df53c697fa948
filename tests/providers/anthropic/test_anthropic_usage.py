"""Token counts out of usage objects good and bad, and what of a request is billed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.usage import billed_parts, token_counts
from claudeflare.providers.usage import BilledPart, TokenCounts
from providers.anthropic.captured_answers import ANSWERS, STREAMS, answer, stream

OPUS = "claude-opus-5-5"
PATH = "/v1/messages"


def test_all_counts() -> None:
    usage = {
        "input_tokens": 9,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 7,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "output_tokens": 40,
        "output_tokens_details": {"thinking_tokens": 25},
        "server_tool_use": {"web_search_requests": 2},
    }
    assert token_counts(usage) == TokenCounts(
        input=9, cache_write_5m=10, cache_write_1h=20, cache_read=7, output=40, thinking=25, web_searches=2
    )


@pytest.mark.parametrize(
    ("total", "split", "expected"),
    [
        (30, None, (30, 0)),
        (30, {}, (30, 0)),
        (30, {"ephemeral_1h_input_tokens": 30}, (0, 30)),
        (30, {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 5}, (25, 5)),
        (0, {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, (0, 0)),
        (10, {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 5}, (10, 5)),
        (None, {"ephemeral_5m_input_tokens": 10}, (10, 0)),
        (None, None, (None, None)),
        ("30", "5m", (None, None)),
    ],
)
def test_cache_writes_are_disjoint(total: object, split: object, expected: tuple[int | None, int | None]) -> None:
    counts = token_counts({"cache_creation_input_tokens": total, "cache_creation": split})
    assert (counts.cache_write_5m, counts.cache_write_1h) == expected


@pytest.mark.parametrize("bad", [None, "9", True, -1, 1.5, [], {}, 2**60, float("nan")])
def test_what_is_no_count_is_none(bad: object) -> None:
    usage = {
        "input_tokens": bad,
        "output_tokens": bad,
        "cache_read_input_tokens": bad,
        "output_tokens_details": bad,
        "server_tool_use": {"web_search_requests": bad},
    }
    assert token_counts(usage) == TokenCounts()


def test_one_part_with_its_conditions() -> None:
    usage = {"input_tokens": 1, "output_tokens": 2, "speed": "fast", "service_tier": "batch", "inference_geo": "us"}
    tokens = TokenCounts(input=1, output=2)
    expected = BilledPart(model=OPUS, tokens=tokens, fast=True, batch=True, inference_geo="us")
    assert billed_parts(usage, OPUS, "end_turn", PATH) == [expected]
    plain = {"input_tokens": 1, "output_tokens": 2, "speed": "standard", "service_tier": "standard", "inference_geo": 7}
    assert billed_parts(plain, None, None, PATH) == [BilledPart(model="", tokens=tokens)]


def test_free_of_charge() -> None:
    usage = {"input_tokens": 900, "output_tokens": 0}
    assert billed_parts(usage, OPUS, "refusal", PATH) == []
    assert billed_parts({"input_tokens": 900}, OPUS, "refusal", PATH) == []
    assert billed_parts(usage, OPUS, None, "/v1/messages/count_tokens?beta=true") == []
    # Filling the cache with max_tokens 0 is not, and neither is a refusal in the middle.
    assert len(billed_parts(usage, OPUS, "max_tokens", PATH)) == 1
    assert len(billed_parts({"input_tokens": 900, "output_tokens": 5}, OPUS, "refusal", PATH)) == 1


def iteration(kind: str, out: int, model: str | None = None) -> dict[str, Any]:
    named = {"model": model} if model else {}
    return {"type": kind, "input_tokens": 10, "output_tokens": out, "cache_read_input_tokens": 3, **named}


def parts(iterations: object, stop_reason: str = "end_turn", **usage: object) -> list[tuple[str, int | None]]:
    whole = {"input_tokens": 10, "output_tokens": 1, "iterations": iterations, **usage}
    return [(part.model, part.tokens.output) for part in billed_parts(whole, OPUS, stop_reason, PATH)]


def test_iterations_are_billed_one_by_one_with_their_own_models() -> None:
    advised = [iteration("compaction", 5), iteration("message", 7), iteration("advisor_message", 9, "claude-fable-5")]
    assert parts(advised) == [(OPUS, 5), (OPUS, 7), ("claude-fable-5", 9)]


def test_attempts_that_declined_before_any_output_are_not_billed() -> None:
    fell_back = [iteration("message", 0), iteration("fallback_message", 8, "claude-opus-4-8")]
    assert parts(fell_back) == [("claude-opus-4-8", 8)]
    assert parts([iteration("message", 4), *fell_back[1:]]) == [(OPUS, 4), ("claude-opus-4-8", 8)]
    assert parts([iteration("compaction", 5), iteration("message", 0)], "refusal") == [(OPUS, 5)]
    assert parts([iteration("message", 0)], "max_tokens") == [(OPUS, 0)]
    assert parts([iteration("message", 0)], "refusal") == []


def test_conditions_and_searches_of_the_whole_hold_for_iterations() -> None:
    usage = {
        "iterations": [iteration("message", 1), iteration("message", 2)],
        "inference_geo": "us",
        "server_tool_use": {"web_search_requests": 3},
    }
    billed = billed_parts(usage, OPUS, "end_turn", PATH)
    assert [part.inference_geo for part in billed] == ["us", "us"]
    assert [part.tokens.web_searches for part in billed] == [None, 3]


@pytest.mark.parametrize("iterations", [None, [], {}, "x", [None, 3], [{"type": "message"}]])
def test_iterations_that_say_nothing_leave_the_totals(iterations: object) -> None:
    assert parts(iterations) == [(OPUS, 1)]


@pytest.mark.parametrize(("read", "name"), [*((stream, n) for n in STREAMS), *((answer, n) for n in ANSWERS)])
def test_captured_usage_is_counted(read: Any, name: str) -> None:
    usage = read(name)[1]["usage"]
    if usage is not None:
        counts = token_counts(usage)
        assert None not in (counts.input, counts.output, counts.cache_read, counts.cache_write_5m)


NAMES = st.sampled_from(
    [
        "input_tokens",
        "output_tokens",
        "cache_creation",
        "cache_creation_input_tokens",
        "ephemeral_5m_input_tokens",
        "iterations",
        "type",
        "model",
        "server_tool_use",
        "web_search_requests",
        "speed",
        "inference_geo",
    ]
)
GARBAGE = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, GARBAGE), st.none() | st.text(max_size=5), st.sampled_from([None, "refusal"]))
def test_never_raises(usage: dict[str, Any], model: str | None, stop_reason: str | None) -> None:
    token_counts(usage)
    for part in billed_parts(usage, model, stop_reason, PATH):
        assert isinstance(part, BilledPart)
