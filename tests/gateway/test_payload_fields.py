from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.gateway.payload_fields import KNOWN_NAMES, REDACTED, FieldRedaction

NAME = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"), min_size=1, max_size=20)


def value_of(name: str) -> str:
    [(kept_name, value)] = FieldRedaction().kept([(name.encode(), b"value")])
    assert kept_name == name
    return value


@pytest.mark.parametrize(
    "name",
    [
        "Content-Type", "content-length", "Content-Encoding", "User-Agent", "anthropic-version", "anthropic-beta",
        "Anthropic-Ratelimit-Input-Tokens-Remaining", "anthropic-organization-id", "X-Stainless-Lang", "request-id",
        "retry-after", "x-claudeflare-session", "X-Claudeflare-Request-Id", "date", "server", "accept",
        "accept-encoding", "transfer-encoding", "keep-alive",
    ],
)  # fmt: skip
def test_values_of_harmless_names_are_kept(name: str) -> None:
    assert value_of(name) == "value"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "authorization", "Proxy-Authorization", "x-api-key", "X-Api-Key", "Cookie", "Set-Cookie",
        "x-amz-security-token", "x-goog-api-key", "X-Unknown", "referer", "x-forwarded-for", "anthropic-api-key",
        "anthropic-auth-token", "x-stainless-helper-secret", "x-claudeflare-key", "x-claudeflare-token",
        "accept-cookie", "content-type2",
    ],
)  # fmt: skip
def test_all_others_are_not(name: str) -> None:
    assert value_of(name) == REDACTED


def test_order_spelling_duplicates_and_any_byte() -> None:
    fields = [(b"B", b"1"), (b"Accept", b"x\xff"), (b"b", b"2"), (b"accept", b"")]
    assert FieldRedaction().kept(fields) == [("B", REDACTED), ("Accept", "xÿ"), ("b", REDACTED), ("accept", "")]


@given(NAME, st.sampled_from(["key", "token", "secret", "auth", "cookie", "credential", "password", "jwt"]), NAME)
def test_a_name_that_tells_of_a_secret_is_redacted_whatever_it_begins_with(prefix: str, word: str, rest: str) -> None:
    # `tokens` are counted, and a few harmless names are known whole.
    for name in (f"anthropic-{prefix}{word}-{rest}", f"x-claudeflare-{word}-{rest}", f"{prefix}-{word}"):
        assert value_of(name) == REDACTED


def test_names_without_number_are_not_remembered_without_bound() -> None:
    redaction = FieldRedaction()
    for number in range(3 * KNOWN_NAMES):
        assert redaction.kept([(b"x-%d" % number, b"value"), (b"Date", b"today")]) == [
            (f"x-{number}", REDACTED),
            ("Date", "today"),
        ]
    assert len(redaction._known) <= KNOWN_NAMES + 2
