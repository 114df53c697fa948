"""Paths as clients send them."""

from __future__ import annotations

import pytest

from claudeflare.providers.anthropic.endpoints import is_messages, limit_pool, names_model, without_query


def test_only_post_to_messages_is_messages() -> None:
    assert is_messages(b"POST", without_query(b"/v1/messages?beta=true"))
    for method, path in (
        (b"GET", b"/v1/messages"),
        (b"POST", b"/v1/messages/"),
        (b"POST", b"/v1/messages/count_tokens"),
        (b"POST", b"/v1/messages/batches"),
        (b"GET", b"/v1/models"),
    ):
        assert not is_messages(method, path)


@pytest.mark.parametrize(
    ("path", "pool"),
    [
        (b"/v1/messages/count_tokens", "count_tokens"),
        (b"/v1/messages/batches", "batches"),
        (b"/v1/messages/batches/msgbatch_01/results", "batches"),
        (b"/v1/messages/msg_01", "messages"),
        (b"/v1/files/file_01/content", "files"),
        (b"/v1/models", "models"),
        (b"/v1", ""),
        (b"/health/x/y", ""),
        (b"/v1/" + b"x" * 999, "x" * 64),
    ],
)
def test_limit_pool(path: bytes, pool: str) -> None:
    assert limit_pool(path) == pool


def test_bodies_with_a_model() -> None:
    assert names_model(b"/v1/messages")
    assert names_model(b"/v1/messages/count_tokens")
    assert not names_model(b"/v1/messages/batches")
