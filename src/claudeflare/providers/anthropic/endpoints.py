"""Which endpoint a path is: what its failures say about an account, and whose limits it draws on."""

from __future__ import annotations

MESSAGES = b"/v1/messages"
COUNT_TOKENS = b"/v1/messages/count_tokens"

_WITH_MODEL = frozenset({MESSAGES, COUNT_TOKENS, b"/v1/complete", b"/v1/chat/completions"})
_NESTED_RESOURCES = (b"count_tokens", b"batches")


def without_query(path: bytes) -> bytes:
    """The path alone: clients send `/v1/messages?beta=true` as well."""
    return path.partition(b"?")[0]


def is_messages(method: bytes, path: bytes) -> bool:
    """True for the one endpoint that runs a model in the foreground, `POST /v1/messages`. `path` has no query."""
    return path == MESSAGES and method == b"POST"


def names_model(path: bytes) -> bool:
    """True when the body's top level holds `model` and the conversation. Batches do not: theirs hold many."""
    return path in _WITH_MODEL


def limit_pool(path: bytes) -> str:
    """The rate-limit pool of an endpoint other than `POST /v1/messages`, e.g. `count_tokens`, `batches`, `files`.

    These have limits of their own (rate limits page of the API's documentation): running out of one must not keep
    messages away from an account. Empty when the path names no resource.
    """
    segments = path.split(b"/")
    if len(segments) < 3 or segments[1] != b"v1":
        return ""
    nested = len(segments) > 3 and segments[2] == b"messages" and segments[3] in _NESTED_RESOURCES
    return (segments[3] if nested else segments[2]).decode("latin-1")[:64]
