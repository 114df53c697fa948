"""Values from the wire made fit for a column, so that no request can make a whole batch of records unwritable."""

from __future__ import annotations

TEXT_LIMIT = 1000
"""Characters. PostgreSQL refuses index entries beyond about 2700 bytes; request details keep the whole text."""

COUNT_LIMIT = 10**11
"""No answer has that many tokens or bytes; within this bound, sums over ten million rows stay below 2^63."""


def text(value: str) -> str:
    """Without NUL, which PostgreSQL's text cannot hold, and cut to `TEXT_LIMIT`."""
    return value.replace("\0", "\ufffd")[:TEXT_LIMIT]


def text_or_none(value: str | None) -> str | None:
    """`text`, or None for None."""
    return None if value is None else text(value)


def count(value: int) -> int:
    """Between 0 and `COUNT_LIMIT`: an upstream may answer any number, and a column holds 64 bits."""
    return max(0, min(value, COUNT_LIMIT))


def count_or_none(value: int | None) -> int | None:
    """`count`, or None for None."""
    return None if value is None else count(value)


def is_key(value: str) -> bool:
    """Whether a text can be part of a key as it is: shortening one could make it equal to another's."""
    return len(value) <= TEXT_LIMIT and "\0" not in value
