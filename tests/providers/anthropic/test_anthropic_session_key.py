"""Sessions found in metadata, or made from how a conversation begins."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.session_key import (
    HASHED_BYTES,
    Message,
    bounded,
    messages_in,
    prefix_hash,
    session_from_content,
    session_in_user_id,
    user_id_in,
)

UUID = "6b3f6e2e-12ab-4cde-8f00-0123456789ab"
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def conversation(*messages: Any, system: Any = "Be brief.") -> str | None:
    return session_from_content(raw(system), messages_in(raw(messages)))


def session_in_metadata(metadata: msgspec.Raw) -> str | None:
    user_id = user_id_in(metadata)
    return session_in_user_id(user_id) if user_id else None


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("user_id", "session"),
    [
        (f"user_{'a' * 64}_account__session_{UUID}", UUID),
        (f"user_{'a' * 64}_account_{UUID}_session_{UUID}", UUID),
        (json.dumps({"device_id": "d", "account_uuid": "", "session_id": UUID}), UUID),
        (json.dumps({"session_id": "x" * 300}), bounded("x" * 300)),
        (json.dumps({"device_id": "d"}), None),
        ('{"session_id": 7}', None),
        ("{not json", None),
        ("customer-4711", None),
        ("user_1_session_short", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_session_in_metadata(user_id: object, session: str | None) -> None:
    assert session_in_metadata(raw({"user_id": user_id})) == session


@pytest.mark.parametrize("metadata", [b"", b"null", b"[]", b"{}", b"{", b'{"user_id":' + b"[" * 99999])
def test_no_session_in_odd_metadata(metadata: bytes) -> None:
    assert session_in_metadata(metadata) is None


def test_bounded_replaces_long_ids_by_a_hash() -> None:
    assert bounded("x" * 200) == "x" * 200
    assert bounded("x" * 201) == bounded("x" * 201) != bounded("x" * 202)
    assert len(bounded("x" * 100_000)) < 40


def test_a_conversation_keeps_its_session_while_it_grows_and_its_cache_marks_move() -> None:
    plain = conversation(user("Hi"))
    assert plain is not None
    assert plain.startswith("hash:")
    later = [{"role": "assistant", "content": "Hello"}, user([{"type": "text", "text": "More", **MARK}])]
    assert conversation(user([{"type": "text", "text": "Hi", **MARK}])) == plain
    assert conversation(user([{"type": "text", "text": "Hi"}]), *later) == plain
    assert conversation(user("Hi"), *later, system=[{"type": "text", "text": "Be brief.", **MARK}]) == plain


def test_other_words_are_another_session() -> None:
    keys = {
        conversation(user("Hi")),
        conversation(user("Ho")),
        conversation(user("Hi"), system="Be long."),
        conversation(user([{"type": "text", "text": "Hi"}, {"type": "image", "source": {"data": "aGk="}}])),
        conversation(user([{"type": "text", "text": "Hi"}, {"type": "image", "source": {"data": "aG8="}}])),
        conversation(user("x" * HASHED_BYTES * 3 + "a")),
        conversation(user("x" * HASHED_BYTES * 3 + "b")),
        conversation(user("x" * HASHED_BYTES * 4 + "b")),
    }
    assert len(keys) == 8


def test_the_first_user_message_counts_whatever_stands_before_it() -> None:
    odd = ["text", {"role": 1}, {"role": "assistant", "content": "Go on"}]
    assert conversation(*odd, user("Hi")) == conversation(user("Hi"))
    assert conversation(*odd) is None
    assert conversation() is None


def test_blocks_of_odd_shape_count_as_they_stand() -> None:
    assert conversation(user([1, 2])) not in (conversation(user([1, 3])), None)


def test_prefix_hash_is_equal_for_turns_that_share_a_prefix() -> None:
    tools = [{"name": "a"}, {"name": "b", **MARK}]
    first = {"role": "user", "content": [{"type": "text", "text": "Hi"}]}
    marked = {"role": "user", "content": [{**MARK, "type": "text", "text": "Hi"}]}
    messages = messages_in(raw([first]))
    one = prefix_hash(raw(tools), raw("s"), messages)
    assert one is not None
    assert len(one) == 16
    assert prefix_hash(raw(tools), raw("s"), messages_in(raw([marked, "later"]))) == one
    assert prefix_hash(raw([*tools, {"name": "c"}]), raw("s"), messages) != one
    assert prefix_hash(raw(tools), raw("t"), messages) != one
    assert prefix_hash(raw(tools), raw("s"), []) != one
    assert prefix_hash(b"", b"", []) is None


def test_prefix_hash_keeps_parts_apart() -> None:
    assert prefix_hash(b'"ab"', b"", []) != prefix_hash(b"", b'"ab"', [])


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_never_raises(first: bytes, second: bytes) -> None:
    session_in_metadata(first)
    message = Message(msgspec.Raw(b'"user"'), msgspec.Raw(second))
    session_from_content(first, [*messages_in(second), message])
    prefix_hash(first + b'"cache_control"', second, [message, *messages_in(b'["cache_control"' + second)])
