from __future__ import annotations

import json
from typing import Any

import pytest

from claudeflare.demo.cast import MAIN_MODEL, SIDE_MODEL
from claudeflare.demo.conversation import Conversation
from claudeflare.simulator.catalog import find_model
from claudeflare.simulator.prompt import read_prompt
from claudeflare.simulator.seeding import randomness


@pytest.fixture
def conversation() -> Conversation:
    return Conversation("s-01", randomness("test"))


def marks(body: dict[str, Any]) -> int:
    return json.dumps(body).count("cache_control")


def test_each_turn_holds_all_before_it_and_marks_only_its_end_for_the_cache(conversation: Conversation) -> None:
    first = conversation.ask()
    conversation.answered("Done.")
    second = conversation.ask()
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "user"]
    assert second["messages"][0]["content"][0]["text"] == first["messages"][0]["content"][0]["text"]
    assert second["system"] == first["system"]
    assert marks(first) == marks(second) == 2


def test_the_stable_beginning_is_long_enough_to_be_cached(conversation: Conversation) -> None:
    model = find_model(MAIN_MODEL)
    assert model is not None
    assert find_model(SIDE_MODEL) is not None
    marked = [block.tokens_to_here for block in read_prompt(conversation.ask()).blocks if block.cached_for]
    assert marked[0] >= model.min_cacheable_tokens


def test_a_question_without_an_answer_is_taken_back(conversation: Conversation) -> None:
    conversation.ask()
    conversation.answered("")
    assert [message["role"] for message in conversation.ask()["messages"]] == ["user"]


def test_a_side_request_is_short_and_leaves_the_conversation_alone(conversation: Conversation) -> None:
    side = conversation.side_request()
    assert side["model"] == SIDE_MODEL
    assert "stream" not in side
    assert len(conversation.ask()["messages"]) == 1


def test_a_seed_says_the_same_again() -> None:
    one, other = (Conversation("s-01", randomness(7, "session", 1)) for _ in range(2))
    assert one.ask() == other.ask()
