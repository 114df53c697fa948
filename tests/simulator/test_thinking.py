"""Thinking that comes back: to its own conversation, to another one, to another model or organization."""

from __future__ import annotations

from typing import Any

import pytest

from claudeflare.simulator.catalog import Model, find_model
from claudeflare.simulator.errors import ApiError
from claudeflare.simulator.seeding import organization_uuid
from claudeflare.simulator.signatures import sign
from claudeflare.simulator.thinking import InputTransformation, Reader, check_thinking, read_conversation

ACME, OTHER = organization_uuid("acme"), organization_uuid("other")
Turn = tuple[str, Any]


def model(name: str) -> Model:
    found = find_model(name)
    assert found is not None
    return found


def reader(name: str = "claude-opus-5-5", organization: str = ACME, **changes: Any) -> Reader:
    return Reader(organization_ids=(organization,), model=model(name), **changes)


def body(*turns: Turn, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns], **fields}


def thought(before: dict[str, Any], by: Reader, text: str = "Let me see.") -> dict[str, Any]:
    """The thinking this reader answers the request with."""
    return {"type": "thinking", "thinking": text, "signature": sign(text, read_conversation(before, by).binding)}


def conversation(by: Reader, **fields: Any) -> dict[str, Any]:
    first = body(("user", "Hi"), **fields)
    answered = [thought(first, by), {"type": "text", "text": "Hello!"}]
    return body(("user", "Hi"), ("assistant", answered), ("user", "Go on"), **fields)


def dropped(reason: Any, path: str = "messages.1.content.0") -> InputTransformation:
    return InputTransformation("thinking_dropped", path, reason)


def test_thinking_is_kept_where_it_was_made() -> None:
    for name in ("claude-opus-5-5", "claude-sonnet-5-5"):
        here = reader(name)
        turns = conversation(here, system="Be brief.", tools=[{"name": "t", "input_schema": {}}])
        read = read_conversation(turns, here)
        assert read.transformations == ()
        assert read.body == turns


def test_marks_for_the_cache_and_the_form_of_a_text_do_not_matter() -> None:
    here = reader()
    turns = conversation(here)
    marked = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    turns["messages"][0] = {"role": "user", "content": [marked]}
    assert read_conversation(turns, here).transformations == ()


def test_only_the_newest_models_bind_to_an_organization() -> None:
    turns = conversation(reader("claude-sonnet-5-5"))
    read = read_conversation(turns, reader("claude-sonnet-5-5", OTHER))
    assert read.transformations == (dropped("organization_binding_mismatch"),)
    assert read.body["messages"][1]["content"] == [{"type": "text", "text": "Hello!"}]
    assert turns["messages"][1]["content"][0]["type"] == "thinking"
    opus = conversation(reader())
    assert read_conversation(opus, reader(organization=OTHER)).transformations == ()


def test_an_organization_may_read_those_it_names() -> None:
    turns = conversation(reader("claude-sonnet-5-5"))
    both = Reader(organization_ids=(OTHER, ACME), model=model("claude-sonnet-5-5"))
    assert read_conversation(turns, both).transformations == ()


def test_another_model_reads_none_and_the_organization_is_named_first() -> None:
    turns = conversation(reader("claude-sonnet-5-5"))
    read = read_conversation(turns, reader("claude-opus-5-5"))
    assert read.transformations == (dropped("model_binding_mismatch"),)
    both = read_conversation(turns, reader("claude-opus-5-5", OTHER))
    assert both.transformations == (dropped("organization_binding_mismatch"),)


@pytest.mark.parametrize("change", [{"system": "Be long."}, {"tools": [{"name": "u", "input_schema": {}}]}])
def test_another_conversation_is_refused(change: dict[str, Any]) -> None:
    turns = {**conversation(reader()), **change}
    with pytest.raises(
        ApiError, match=r"^messages\.1\.content\.0: Invalid `signature` in `thinking` block\. The block"
    ):
        read_conversation(turns, reader())


def test_a_mismatch_is_dropped_when_asked_with_the_thinking_after_it() -> None:
    here = reader()
    first = body(("user", "Hi"))
    block = thought(first, here)
    hidden = {"type": "redacted_thinking", "data": "x"}
    content = [block, thought(first, here, "More."), hidden, {"type": "text", "text": "Hello!"}, hidden]
    turns = body(("user", "Changed"), ("assistant", content), ("user", "Go on"))
    read = read_conversation(turns, reader(drops_mismatches=True))
    paths = [f"messages.1.content.{position}" for position in (0, 1, 2)]
    assert read.transformations == tuple(dropped("prefix_binding_mismatch", path) for path in paths)
    assert read.body["messages"][1]["content"] == content[3:]


def test_organizations_that_do_not_enforce_it_are_told_alone() -> None:
    turns = {**conversation(reader()), "system": "Be long."}
    read = read_conversation(turns, reader(enforces_prefix=False))
    (entry,) = read.transformations
    assert (entry.type, entry.reason) == ("thinking_mismatch_allowed", "prefix_binding_mismatch")
    assert read.body == turns


def test_thinking_may_be_left_out_of_what_came_before() -> None:
    here = reader()
    turns = conversation(here)
    later = thought(turns, here)
    del turns["messages"][1]["content"][0]
    turns["messages"] += [{"role": "assistant", "content": [later]}, {"role": "user", "content": "And?"}]
    assert read_conversation(turns, here).transformations == ()


def test_a_signature_nobody_made_is_refused() -> None:
    block = {"type": "thinking", "thinking": "Mine", "signature": "EqQBabc="}
    with pytest.raises(ApiError, match=r"^messages\.1\.content\.0: Invalid `signature` in `thinking` block$"):
        read_conversation(body(("user", "Hi"), ("assistant", [block]), ("user", "Go on")), reader())


@pytest.mark.parametrize(
    ("thinking", "name", "message"),
    [
        ({"type": "much"}, "claude-opus-5-5", "thinking: Input tag"),
        ("enabled", "claude-opus-5-5", "thinking: Input tag"),
        ({"type": "adaptive"}, "claude-haiku-4-5", "adaptive thinking is not supported on this model"),
        ({"type": "enabled"}, "claude-opus-5-5", "thinking.enabled.budget_tokens: Field required"),
        ({"type": "enabled", "budget_tokens": "2k"}, "claude-opus-5-5", "thinking.enabled.budget_tokens: Input should"),
        ({"type": "enabled", "budget_tokens": 1023}, "claude-opus-5-5", "thinking.enabled.budget_tokens: Input should"),
        ({"type": "enabled", "budget_tokens": 4096}, "claude-opus-5-5", "`max_tokens` must be greater than"),
        ({"type": "adaptive", "block_binding": {}}, "claude-opus-5-5", "thinking.adaptive.block_binding: Extra inputs"),
    ],
)
def test_thinking_that_cannot_be_meant_is_refused(thinking: Any, name: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_thinking({"thinking": thinking, "max_tokens": 4096}, model(name), [])
    assert caught.value.message.startswith(message)


def test_thinking_that_can_be_meant_is_not() -> None:
    for thinking in (None, {"type": "disabled"}, {"type": "adaptive"}, {"type": "enabled", "budget_tokens": 1024}):
        check_thinking({"thinking": thinking, "max_tokens": 4096}, model("claude-opus-5-5"), [])
    check_thinking({"thinking": {"type": "enabled", "budget_tokens": 9999}}, model("claude-haiku-4-5"), [])
    controls = {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}
    check_thinking({"thinking": controls}, model("claude-opus-5-5"), ["thinking-binding-controls-2026-08-01"])
