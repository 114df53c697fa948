"""What passes, what is dropped, and that there is exactly one credential."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claudeflare.providers.anthropic.headers import all_values, first_value, request_fields, response_fields
from claudeflare.providers.provider import Credential

KEY = Credential(kind="api-key", secret="sk-ant-api03-x")
TOKEN = Credential(kind="bearer", secret="sk-ant-oat01-x", generation=3)

HOP_BY_HOP = [
    b"Connection",
    b"Keep-Alive",
    b"Proxy-Authorization",
    b"proxy-connection",
    b"TE",
    b"Trailer",
    b"Transfer-Encoding",
    b"Upgrade",
]


@pytest.mark.parametrize(
    "name", [*HOP_BY_HOP, b"Host", b"Content-Length", b"Expect", b"Cookie", b"X-Claudeflare-Session", b"HTTP2-Settings"]
)
@pytest.mark.parametrize("credential", [None, KEY])
def test_request_drops(name: bytes, credential: Credential | None) -> None:
    sent = request_fields([(name, b"x"), (b"Accept", b"*/*")], credential)
    assert sent[0] == (b"Accept", b"*/*")
    assert name.lower() not in [field.lower() for field, _ in sent]


@pytest.mark.parametrize(
    "name", [*HOP_BY_HOP[:2], b"Proxy-Authenticate", *HOP_BY_HOP[3:], b"Set-Cookie", b"Content-Length"]
)
def test_response_drops(name: bytes) -> None:
    assert response_fields([(name, b"x"), (b"Request-Id", b"req_1")]) == [(b"Request-Id", b"req_1")]


def test_all_else_passes_in_order_with_case_and_duplicates() -> None:
    fields = [
        (b"X-Stainless-Lang", b"python"),
        (b"anthropic-version", b"2026-10-21"),
        (b"Anthropic-Beta", b"one"),
        (b"x-custom", b"2"),
        (b"X-Custom", b"1"),
        (b"anthropic-beta", b"two"),
        (b"x-app", b"cli"),
        (b"content-encoding", b"gzip"),
    ]
    assert request_fields(fields, None) == fields
    assert request_fields(fields, KEY)[:-1] == fields
    assert response_fields(fields) == fields


@pytest.mark.parametrize("nominated_first", [True, False])
def test_fields_that_connection_nominates_are_dropped(nominated_first: bool) -> None:
    fields = [(b"X-Hop", b"1"), (b"Connection", b"close, x-hop"), (b"connection", b"X-Api-Key"), (b"Accept", b"*/*")]
    if not nominated_first:
        fields.reverse()
    assert request_fields(fields, KEY) == [(b"Accept", b"*/*"), (b"x-api-key", b"sk-ant-api03-x")]
    assert response_fields(fields) == [(b"Accept", b"*/*")]


def test_ordinary_nominations_cost_nothing_else() -> None:
    fields = [(b"Connection", b"keep-alive, Upgrade"), (b"Accept", b"*/*")]
    assert response_fields(fields) == [(b"Accept", b"*/*")]


def test_exactly_one_credential() -> None:
    both = [(b"X-Api-Key", b"client"), (b"Authorization", b"Bearer client"), (b"x-api-key", b"again")]
    assert request_fields(both, KEY) == [(b"x-api-key", b"sk-ant-api03-x")]
    assert request_fields(both, TOKEN) == [
        (b"anthropic-beta", b"oauth-2025-04-20"),
        (b"authorization", b"Bearer sk-ant-oat01-x"),
    ]
    assert request_fields(both, None) == both


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([b"a-2025-01-01"], [b"a-2025-01-01,oauth-2025-04-20"]),
        ([b"a, b "], [b"a, b,oauth-2025-04-20"]),
        ([b""], [b"oauth-2025-04-20"]),
        ([b"a", b"b"], [b"a", b"b,oauth-2025-04-20"]),
        ([b"a,oauth-2025-04-20,b"], [b"a,oauth-2025-04-20,b"]),
        ([b" oauth-2025-04-20 ", b"b"], [b" oauth-2025-04-20 ", b"b"]),
        ([b"oauth-2025-04-200"], [b"oauth-2025-04-200,oauth-2025-04-20"]),
    ],
)
def test_bearer_tokens_need_their_beta(before: list[bytes], after: list[bytes]) -> None:
    sent = request_fields([(b"Anthropic-Beta", value) for value in before], TOKEN)
    assert sent == [*[(b"Anthropic-Beta", value) for value in after], (b"authorization", b"Bearer sk-ant-oat01-x")]


def test_unknown_kind_of_credential_is_a_mistake_whose_message_hides_the_secret() -> None:
    with pytest.raises(ValueError, match="no such kind of credential: 'mtls'") as caught:
        request_fields([], Credential(kind="mtls", secret="hush"))
    assert "hush" not in str(caught.value)


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=10))
def test_own_credential_survives_anything(fields: list[tuple[bytes, bytes]]) -> None:
    for credential, name in ((KEY, b"x-api-key"), (TOKEN, b"authorization")):
        sent = [field.lower() for field, _ in request_fields(fields, credential)]
        assert sent.count(b"x-api-key") + sent.count(b"authorization") == 1
        assert sent[-1] == name


def test_reading_values() -> None:
    fields = [(b"Request-Id", b" req_1 "), (b"request-id", b"req_2"), (b"empty", b"")]
    assert first_value(fields, b"request-id") == "req_1"
    assert first_value(fields, b"empty") is None
    assert first_value(fields, b"absent") is None
    assert all_values(fields, b"request-id") == b" req_1 ,req_2"
    assert all_values(fields, b"absent") == b""
