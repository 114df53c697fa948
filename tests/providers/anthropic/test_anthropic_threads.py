"""What a request's `thread` says, good and bad, and when its session is the client's own word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from claudeflare.providers.anthropic.facts import facts
from claudeflare.providers.provider import Fields, RequestFacts, ThreadTurn

PREVIOUS = "msg_01XFDUDYJgAACzvnptvVoYEL"
CONTINUE = {"type": "continue", "previous_message_id": PREVIOUS}
BODY: dict[str, Any] = {"model": "claude-opus-5-5", "messages": [{"role": "user", "content": "Hi"}]}


def read(fields: Fields = (), **more: Any) -> RequestFacts:
    return facts(b"POST", b"/v1/messages?beta=true", dict(fields), json.dumps({**BODY, **more}).encode())


@pytest.mark.parametrize(
    ("thread", "turn"),
    [
        (None, None),
        ({"type": "create"}, ThreadTurn(None, False)),
        (CONTINUE, ThreadTurn(PREVIOUS, False)),
        ({"type": "continue", "previous_message_id": "msg_bdrk_01abcd"}, ThreadTurn("msg_bdrk_01abcd", False)),
        ({"type": "create", "previous_message_id": PREVIOUS}, ThreadTurn(None, False)),
        ({"type": "continue"}, ThreadTurn(None, False)),
        ({"type": "continue", "previous_message_id": None}, ThreadTurn(None, False)),
        ({"type": "continue", "previous_message_id": 7}, ThreadTurn(None, False)),
        ({"type": "continue", "previous_message_id": "file_011Cabcd"}, ThreadTurn(None, False)),
        ({"type": "continue", "previous_message_id": "msg_01abcd\n"}, ThreadTurn(None, False)),
        ({"type": "continue", "previous_message_id": "msg_" + "0" * 121}, ThreadTurn(None, False)),
        ({"type": ["create"]}, ThreadTurn(None, False)),
        ({}, ThreadTurn(None, False)),
        ("create", None),
        ([], None),
    ],
)
def test_the_field(thread: Any, turn: ThreadTurn | None) -> None:
    assert read(thread=thread).thread == turn


def test_without_the_field_there_is_no_thread() -> None:
    assert read().thread is None
    assert facts(b"POST", b"/v1/messages", {}, None).thread is None
    assert facts(b"POST", b"/v1/messages", {}, b'{"thread":{"type":"create"}').thread is None


def test_a_request_that_is_odd_elsewhere_keeps_its_thread() -> None:
    assert read(model=7, thread=CONTINUE).thread == ThreadTurn(PREVIOUS, False)
    assert read(model=7).thread is None


def test_whose_word_the_session_is() -> None:
    stated: list[dict[str, Any]] = [
        {"fields": [(b"x-claudeflare-session", b"s")]},
        {"fields": [(b"x-claude-code-session-id", b"s")]},
        {"metadata": {"user_id": json.dumps({"session_id": "s"})}},
    ]
    for one in stated:
        found = read(**one, thread=CONTINUE)
        assert (found.session, found.thread) == ("s", ThreadTurn(PREVIOUS, True))
    derived = read(thread=CONTINUE, metadata={"user_id": "somebody"})
    assert (derived.session, derived.thread) == (read().session, ThreadTurn(PREVIOUS, False))
