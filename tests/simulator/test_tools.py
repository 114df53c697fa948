"""Tools as they are offered, and input for them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.tools import check_tools, sample_input, wanted_tool

SCHEMA = {"type": "object"}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KINDS = ["object", "array", "string", "integer", "number", "boolean", "null"]
KEYWORDS = ("properties", "items", "enum", "required", "minimum", "maximum")


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS)) | JUNK},
        optional=dict.fromkeys(KEYWORDS, JUNK),
    )
)
def test_any_schema_gets_some_input_and_always_the_same(schema: Any) -> None:
    assert sample_input(schema, random.Random(1)) == sample_input(schema, random.Random(1))


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ("all", "tools: Input should be a valid list"),
        ([1], "tools.0: Input should be a valid dictionary"),
        ([{"name": "t"}], "tools.0.custom.input_schema: Field required"),
        ([{"name": "t", "input_schema": 5}], "tools.0.custom.input_schema: Input should"),
        ([{"input_schema": SCHEMA}], "tools.0.custom.name: Field required"),
        ([{"name": "t", "input_schema": SCHEMA}] * 2, "tools: Tool names must be unique."),
        ([{"type": "web_search_20260318", "name": "web_search", "allowed_domains": "a.test"}], "tools.0.web_search"),
    ],
)
def test_tools_offered_in_a_wrong_way_are_refused(tools: Any, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_tools({"tools": tools})
    assert caught.value.message.startswith(message)


def test_a_tool_that_is_named_is_wanted() -> None:
    tools = [{"name": "get_weather", "input_schema": SCHEMA}, {"name": "sendMail", "input_schema": SCHEMA}]
    assert wanted_tool({"tools": tools}, "Send mail to Ann") == tools[1]
    assert wanted_tool({"tools": tools}, "Hello") is None
    assert wanted_tool({"tools": tools, "tool_choice": {"type": "any"}}, "Hello") == tools[0]
