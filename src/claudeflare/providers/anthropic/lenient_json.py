"""Reads single values out of JSON that nobody has checked: None wherever it is not what was hoped for."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import msgspec

UNREADABLE: Final = (ValueError, RecursionError)
"""All that msgspec raises for bytes that are not the JSON asked for; nesting too deep is a RecursionError."""

TEXT_LIMIT: Final = 4096
"""Characters kept of a string unless told otherwise; what is read here is kept in records and learned state."""

RawJson: TypeAlias = Any
"""bytes or `msgspec.Raw`. Its stubs call Raw a subclass of bytes, which it is not, and compiled code believes them."""

_text = msgspec.json.Decoder(str)
_object = msgspec.json.Decoder(dict[str, Any])


def text(raw: RawJson, limit: int = TEXT_LIMIT) -> str | None:
    """The first `limit` characters of a string; None when it is empty."""
    if not raw:
        return None
    try:
        return _text.decode(raw)[:limit] or None
    except UNREADABLE:
        return None


def json_object(raw: RawJson, limit: int) -> dict[str, Any] | None:
    """An object of at most `limit` bytes, or None."""
    if not raw or len(memoryview(raw)) > limit:
        return None
    try:
        return _object.decode(raw)
    except UNREADABLE:
        return None
