"""Puts an example of each route into the API's description. A test sends every one of them to a real server."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec


class Example(msgspec.Struct, omit_defaults=True):
    """One request and its answer."""

    route: str
    """As `POST /api/accounts/{account}/pause`."""
    path: str
    """The same as it was sent."""
    status: int
    media_type: str
    answer: Any
    """JSON, or text where the media type is not JSON."""
    body: Any = None


def examples() -> list[Example]:
    """All of them, in the order in which they can be sent to a server."""
    content = files("claudeflare.api").joinpath("examples.json").read_bytes()
    return msgspec.json.decode(content, type=list[Example])


def add_examples(document: dict[str, Any]) -> None:
    """Add them to an OpenAPI document, where it has their routes."""
    for example in examples():
        method, _, path = example.route.partition(" ")
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            continue
        if example.body is not None:
            operation["requestBody"]["content"]["application/json"]["example"] = example.body
        answer = operation["responses"].get(str(example.status)) or operation["responses"]["4XX"]
        answer.setdefault("content", {}).setdefault(example.media_type, {})["example"] = example.answer
