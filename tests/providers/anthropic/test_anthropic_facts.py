"""What is read of a request, from bodies good and bad."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.facts import facts
from claudeflare.providers.provider import Fields, RequestFacts

BODY: dict[str, Any] = {
    "model": "claude-opus-5-5",
    "max_tokens": 64,
    "stream": True,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Hi"}],
}
SESSION = "6b3f6e2e-12ab-4cde-8f00-0123456789ab"


def read(
    body: dict[str, Any] | bytes | None = None, fields: Fields = (), path: bytes = b"/v1/messages?beta=true"
) -> RequestFacts:
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    return facts(b"POST", path, {name.lower(): value for name, value in reversed(fields)}, body)


def test_message() -> None:
    found = read(BODY)
    assert found.session is not None
    assert found.session.startswith("hash:")
    assert found.prefix_hash is not None
    assert found == RequestFacts(
        model="claude-opus-5-5",
        model_class="opus",
        streaming=True,
        session=found.session,
        prefix_hash=found.prefix_hash,
    )


def test_session_never_depends_on_the_model() -> None:
    assert read(BODY).session == read({**BODY, "model": "claude-haiku-5-5"}).session


def test_order_of_session_sources() -> None:
    body = {**BODY, "metadata": {"user_id": json.dumps({"session_id": SESSION})}}
    code = (b"X-Claude-Code-Session-Id", b"from-claude-code")
    ours = (b"X-Claudeflare-Session", b" mine ")
    assert read(body, [code, ours]).session == "mine"
    assert read(body, [code]).session == "from-claude-code"
    assert read(body, [(b"x-claude-code-session-id", b"")]).session == SESSION
    assert str(read({**body, "metadata": {"user_id": "customer-1"}}).session).startswith("hash:")
    assert read(None).session is None


def test_agents() -> None:
    found = read(None, [(b"x-claude-code-agent-id", b"a1"), (b"X-Claude-Code-Parent-Agent-Id", b"p" * 999)])
    assert (found.agent_id, found.parent_agent_id) == ("a1", "p" * 200)
    assert read(None).agent_id is None


def test_first_value_of_a_repeated_header_wins() -> None:
    assert read(None, [(b"x-claudeflare-session", b"one"), (b"x-claudeflare-session", b"two")]).session == "one"


def test_auxiliary_endpoints_draw_on_limits_of_their_own() -> None:
    counting = read(BODY, path=b"/v1/messages/count_tokens?beta=true")
    assert (counting.auxiliary, counting.model, counting.model_class) == (True, "claude-opus-5-5", "count_tokens")
    assert counting.session == read(BODY).session
    batch = read(BODY, path=b"/v1/messages/batches")
    assert (batch.auxiliary, batch.model, batch.model_class, batch.session) == (True, None, "batches", None)
    listing = facts(b"GET", b"/v1/models?limit=1000", {}, b"")
    assert (listing.auxiliary, listing.model_class) == (True, "models")


def test_compressed_body_is_not_looked_at() -> None:
    found = read(BODY, [(b"Content-Encoding", b"gzip"), (b"x-claude-code-session-id", b"s")])
    assert found == RequestFacts(session="s")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"model":"claude-opus-5-5"',
        b'{"model":"claude-opus-5-5"} {}',
        b'{"model":' + b"[" * 100_000,
        b'{"model":"claude-opus-5-5","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"messages":' + b"9" * 1000,
    ],
    ids=range(8),
)
def test_unreadable_body_leaves_what_the_headers_say(body: bytes) -> None:
    assert read(body, [(b"x-claude-code-session-id", b"s")]) == RequestFacts(session="s")


def test_wrong_types_leave_the_rest() -> None:
    found = read({"model": "claude-opus-5-5", "stream": True, "messages": "Hi", "metadata": []})
    assert (found.model, found.streaming, found.session) == ("claude-opus-5-5", True, None)
    found = read({"model": 7, "stream": "true", "system": 3, "messages": [None, {"role": "user"}], "tools": {}})
    assert (found.model, found.model_class, found.streaming) == (None, "", False)
    assert read(b'{"messages":{},"model":' + b"[" * 500 + b"]" * 500 + b"}").model is None


def test_absurdly_long_model_is_cut() -> None:
    found = read({**BODY, "model": "m" * 100_000})
    assert (found.model, found.model_class) == ("m" * 256, "m" * 256)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.binary(max_size=300)
    | st.fixed_dictionaries({}, optional=dict.fromkeys([*BODY, "metadata", "tools"], JSON)).map(
        lambda body: json.dumps(body).encode()
    ),
    st.lists(st.tuples(st.sampled_from([b"x-claudeflare-session", b"x-claude-code-agent-id"]), st.binary())),
)
def test_never_raises(body: bytes, fields: list[tuple[bytes, bytes]]) -> None:
    assert isinstance(read(body, fields), RequestFacts)


def test_messages_that_are_not_all_objects_leave_the_session_and_the_prefix() -> None:
    plain = read(BODY)
    odd = read({**BODY, "messages": [*BODY["messages"], None]})
    assert (odd.session, odd.prefix_hash) == (plain.session, plain.prefix_hash)
    assert plain.prefix_hash is not None
