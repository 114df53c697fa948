"""JSON of answers with thousands of figures: built of plain values, because a model for each takes longer to make."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from fastapi import Response

from claudeflare.api.schemas.shape import camel

_wire_name = lru_cache(1024)(camel)


def json_response(shape: dict[str, Any]) -> Response:
    """Of fields in snake case, as `Resource` would write them. Tests hold it against the route's `response_model`."""
    return Response(msgspec.json.encode(_renamed(shape)), media_type="application/json")


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            _wire_name(name): _renamed(each) if isinstance(each, dict | list) else each for name, each in value.items()
        }
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    return value
