"""Values from the wire made fit for a column, so that no request can make a whole batch of records unwritable."""

from __future__ import annotations

import re
from collections.abc import Sequence

TEXT_LIMIT = 2000
"""Bytes of UTF-8. PostgreSQL refuses index entries beyond 2704 bytes; request details keep the whole text."""

COUNT_LIMIT = 10**11
"""No answer has that many tokens or bytes; within this bound, sums over ten million rows stay below 2^63."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL's text cannot hold, and halves of surrogate pairs, which UTF-8 cannot."""


def text(value: str) -> str:
    """With what no column takes replaced, and cut to `TEXT_LIMIT`."""
    if value.isascii() and len(value) <= TEXT_LIMIT and "\0" not in value:
        return value  # nearly always, and five times as fast
    encoded = _UNSTORABLE.sub("\ufffd", value[:TEXT_LIMIT]).encode()
    return encoded[:TEXT_LIMIT].decode(errors="ignore")


def text_or_none(value: str | None) -> str | None:
    """`text`, or None for None."""
    return None if value is None else text(value)


def texts(values: Sequence[str | None]) -> Sequence[str | None]:
    """`text_or_none` of each: a column repeats itself, so that few are looked at."""
    unfit = {value: fit for value in set(values) if value is not None and (fit := text(value)) is not value}
    return [unfit.get(value, value) if value is not None else None for value in values] if unfit else values


def count(value: int) -> int:
    """Between 0 and `COUNT_LIMIT`: an upstream may answer any number, and a column holds 64 bits."""
    return value if 0 <= value <= COUNT_LIMIT else max(0, min(value, COUNT_LIMIT))


def count_or_none(value: int | None) -> int | None:
    """`count`, or None for None."""
    return None if value is None else count(value)


def counts(values: Sequence[int | None]) -> Sequence[int | None]:
    """`count_or_none` of each."""
    known = [value for value in values if value is not None]
    fit = not known or (min(known) >= 0 and max(known) <= COUNT_LIMIT)
    return values if fit else [count_or_none(value) for value in values]


def is_key(value: str) -> bool:
    """Whether a text can be a key as it is: changing one could make it equal to another's."""
    return text(value) == value
