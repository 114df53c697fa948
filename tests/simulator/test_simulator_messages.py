"""Answers: the same for the same request, cut where asked, with tools when wanted; and as a stream the same message."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.messages import Answer, Circumstances, build_answer, message_json
from claudeflare.simulator.script import AnswerScript, read_script
from claudeflare.simulator.signatures import bind, read_signature
from claudeflare.simulator.stream import message_events
from claudeflare.simulator.usage import Usage

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"name": "get_weather", "input_schema": SCHEMA}


BINDING = bind(None, "claude-opus-5-5", "prefix")


def request(prompt: str = "Hi", **changes: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"model": "claude-opus-5-5", "max_tokens": 4096, "messages": messages, **changes}


def answer(body: dict[str, Any], *, seed: int = 0, **script: Any) -> Answer:
    given = Circumstances(seed=seed, message_id="msg_01test", usage=Usage(input=9), binding=BINDING)
    return build_answer(body, AnswerScript(**script), given)


def text_of(made: Answer) -> str:
    return "".join(block.get("text", "") for block in made.blocks)


def test_the_same_request_gets_the_same_answer() -> None:
    assert answer(request()) == answer(request())
    assert text_of(answer(request())).startswith("You said: Hi\n\n")
    assert text_of(answer(request())) != text_of(answer(request(), seed=1))


def test_a_script_decides() -> None:
    assert text_of(answer(request(), text="Hello!")) == "Hello!"
    assert len(text_of(answer(request(), words=12)).split()) == 12
    assert answer(request(), words=0).blocks == []
    assert answer(request(), stop_reason="refusal").stop_reason == "refusal"


def test_a_script_that_is_none_is_refused() -> None:
    assert read_script(None) == AnswerScript()
    assert read_script('{"words": 5}') == AnswerScript(words=5)
    for header in ("{", '{"word": 5}', '{"words": "many"}', "5"):
        with pytest.raises(ApiError, match=r"^x-simulator-answer: "):
            read_script(header)


def test_max_tokens_cuts_the_text() -> None:
    made = answer(request(max_tokens=2), text="x" * 100)
    assert (text_of(made), made.stop_reason, made.usage.output) == ("x" * 8, "max_tokens", 2)
    warmed = answer(request(max_tokens=0))
    assert (warmed.blocks, warmed.stop_reason, warmed.usage.output) == ([], "max_tokens", 0)


def test_the_first_stop_sequence_ends_the_text() -> None:
    made = answer(request(stop_sequences=["END", "STOP"]), text="one STOP two END")
    assert (text_of(made), made.stop_reason, made.stop_sequence) == ("one ", "stop_sequence", "STOP")


@pytest.mark.parametrize(
    ("prompt", "choice", "wanted"),
    [
        ("Use get_weather", None, True),
        ("Get the weather in Oslo", {"type": "auto"}, True),
        ("Hello", {"type": "auto"}, False),
        ("Use get_weather", {"type": "none"}, False),
        ("Hello", {"type": "any"}, True),
        ("Hello", {"type": "tool", "name": "get_weather"}, True),
    ],
)
def test_tools_are_used_when_wanted(prompt: str, choice: dict[str, str] | None, wanted: bool) -> None:
    made = answer(request(prompt, tools=[TOOL], **({"tool_choice": choice} if choice else {})))
    used = [block for block in made.blocks if block["type"] == "tool_use"]
    assert bool(used) == wanted
    if wanted:
        assert made.stop_reason == "tool_use"
        assert used[0]["name"] == "get_weather"
        assert list(used[0]["input"]) == ["city"]


def test_results_are_answered_in_text() -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "get weather: 9 °C"}
    body = request(tools=[TOOL])
    body["messages"] += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    assert answer(body).stop_reason == "end_turn"


def test_a_script_may_use_any_tool() -> None:
    made = answer(request(), tool="search", input={"q": "x"})
    assert made.blocks[-1] == {"type": "tool_use", "id": made.blocks[-1]["id"], "name": "search", "input": {"q": "x"}}
    assert made.blocks[-1]["id"].startswith("toolu_01")
    offered = answer(request(tools=[TOOL]), tool="get_weather")
    assert list(offered.blocks[-1]["input"]) == ["city"]


def test_inputs_fit_their_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "unit": {"enum": ["C", "F"]},
            "days": {"type": "integer", "minimum": 1, "maximum": 3},
            "share": {"type": "number"},
            "exact": {"type": "boolean"},
            "places": {"type": "array", "items": {"type": "string"}},
            "fixed": {"const": 7},
            "usual": {"type": "string", "default": "tea"},
            "maybe": {"type": ["null", "string"]},
            "nothing": {"type": "null"},
            "nested": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "open": True,
        },
    }
    tool = {"name": "t", "input_schema": schema}
    given_input = answer(request(tools=[tool], tool_choice={"type": "any"})).blocks[-1]["input"]
    assert given_input["unit"] in ("C", "F")
    assert 1 <= given_input["days"] <= 3
    assert isinstance(given_input["share"], float)
    assert isinstance(given_input["exact"], bool)
    assert isinstance(given_input["places"][0], str)
    assert (given_input["fixed"], given_input["usual"], given_input["nothing"]) == (7, "tea", None)
    assert isinstance(given_input["maybe"], str)
    assert isinstance(given_input["nested"]["a"], int)
    assert given_input["open"] == {}


def test_thinking_comes_first_and_counts_as_output() -> None:
    made = answer(request(thinking={"type": "adaptive"}))
    assert [block["type"] for block in made.blocks] == ["thinking", "text"]
    assert 0 < made.usage.thinking < made.usage.output
    assert message_json(made)["usage"]["output_tokens_details"] == {"thinking_tokens": made.usage.thinking}


def test_thinking_is_signed_for_what_it_is_bound_to() -> None:
    thinking = answer(request(thinking={"type": "adaptive"})).blocks[0]
    assert thinking["signature"].startswith("EqQB")
    assert read_signature(thinking["signature"], thinking["thinking"]) == BINDING


def test_thinking_that_is_not_shown_is_signed_and_counted() -> None:
    made = answer(request(thinking={"type": "adaptive", "display": "omitted"}))
    assert made.blocks[0]["thinking"] == ""
    assert made.usage.thinking > 0
    assert read_signature(made.blocks[0]["signature"], "") == BINDING
    kinds = [event.data["delta"]["type"] for event in message_events(made) if event.name == "content_block_delta"]
    assert kinds[0] == "signature_delta"
    assert sum(event.tokens for event in message_events(made)) >= made.usage.output


def test_a_refusal_has_its_details() -> None:
    made = answer(request(), text="", stop_reason="refusal")
    assert message_json(made)["stop_details"] == {"type": "refusal", "category": None, "explanation": None}
    delta = list(message_events(made))[-2].data["delta"]
    assert delta["stop_details"]["type"] == "refusal"


def test_a_whole_message_has_every_field() -> None:
    message = message_json(answer(request(), text="Hello!"))
    assert message["content"] == [{"type": "text", "text": "Hello!"}]
    assert message["usage"] == {
        "input_tokens": 9,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 2,
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": "global",
        "speed": "standard",
    }


def reassembled(made: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    partial: list[str] = []
    for event in message_events(made):
        if event.name == "content_block_start":
            blocks.append(dict(event.data["content_block"]))
        elif event.name == "content_block_delta" and event.data["delta"]["type"] == "input_json_delta":
            partial.append(event.data["delta"]["partial_json"])
        elif event.name == "content_block_delta":
            field = event.data["delta"]["type"].removesuffix("_delta")
            blocks[-1][field] += event.data["delta"][field]
        elif event.name == "content_block_stop" and blocks[-1]["type"] == "tool_use":
            blocks[-1]["input"] = json.loads("".join(partial)) if any(partial) else {}
    return blocks


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=3))
def test_the_deltas_of_a_stream_add_up_to_the_message(text: str, tool_input: dict[str, Any]) -> None:
    made = answer(request(thinking={"type": "enabled"}), text=text, tool="t", input=tool_input, thinking="Let me see. ")
    assert reassembled(made) == made.blocks


def test_events_come_in_the_order_of_the_api() -> None:
    made = answer(request(), text="Hello there", tool="get_weather", input={"city": "Oslo"})
    events = list(message_events(made))
    assert [event.name for event in events] == [
        *("message_start", "content_block_start", "ping", "content_block_delta", "content_block_delta"),
        *("content_block_stop", "content_block_start", "content_block_delta", "content_block_delta"),
        *("content_block_delta", "content_block_stop", "message_delta", "message_stop"),
    ]
    pieces = [event.data["delta"]["partial_json"] for event in events[7:10]]
    assert pieces == ["", '{"city":', ' "Oslo"}']
    assert events[0].data["message"]["usage"]["output_tokens"] == 1
    assert events[-2].data["usage"]["output_tokens"] == made.usage.output
    assert sum(event.tokens for event in events) >= made.usage.output


def test_an_event_is_two_lines_and_an_empty_one() -> None:
    event = next(message_events(answer(request(), text="a\nb")))
    name, data, *rest = event.encode().split(b"\n")
    assert name == b"event: message_start"
    assert msgspec.json.decode(data.removeprefix(b"data: "))["type"] == "message_start"
    assert rest == [b"", b""]
