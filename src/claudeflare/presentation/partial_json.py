"""Reads JSON that breaks off: bodies cut at the recording's limit, inputs of tools whose stream ended early. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

_MARKS: Final = re.compile(r'"[^"\\]*+(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^"\\]*+)*+(?P<end>"?)|[\[\]{},]', re.DOTALL)
"""A text as far as its escapes are whole, or what structures a document."""
_CLOSERS: Final = {"{": "}", "[": "]"}


class Read(NamedTuple):
    """What could be read."""

    value: Any
    whole: bool
    """False when the text ended before its value did."""


def read_json(text: str) -> Read | None:
    """What there is of a value; None when not even a beginning makes sense."""
    try:
        return Read(json.loads(text), True)
    except (ValueError, RecursionError):
        pass
    for attempt in _completed(text):
        try:
            return Read(json.loads(attempt), False)
        except (ValueError, RecursionError):
            continue
    return None


def _completed(text: str) -> tuple[str, str]:
    """The text with what is open closed: as it stands, and back to the last value that is whole."""
    opened: list[str] = []
    cut = 0
    ends_in_text: int | None = None
    for mark in _MARKS.finditer(text):
        sign = mark[0][0]
        if sign == '"':
            if not mark["end"]:
                ends_in_text = mark.end()
                break
        elif sign in _CLOSERS:
            opened.append(_CLOSERS[sign])
            cut = mark.end()
        elif sign == ",":
            cut = mark.start()
        else:
            if opened:
                opened.pop()
            cut = mark.end()
    closers = "".join(reversed(opened))
    standing = text if ends_in_text is None else text[:ends_in_text] + '"'
    # A key without its value, or half a number: the second keeps less.
    return standing + closers, text[:cut] + closers
