"""Bounds on a complete head."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.http1.limits import HeadLimits

LIMITS = HeadLimits(head_bytes=20, header_count=2)
FIELD = (b"name", b"value")
"""Twelve bytes at least."""


@pytest.mark.parametrize(
    ("fields", "start_line", "received", "problem"),
    [
        ([], 0, 0, None),
        ([FIELD], 8, 20, None),
        ([FIELD], 8, 1_000, None),
        ([FIELD], 9, 1_000, "The header fields are larger than 20 bytes."),
        ([FIELD, FIELD], 0, 1_000, "The header fields are larger than 20 bytes."),
        ([], 21, 1_000, "The header fields are larger than 20 bytes."),
        ([(b"a", b"")] * 2, 0, 8, None),
        ([(b"a", b"")] * 3, 0, 12, "There are more than 2 header fields."),
    ],
)
def test_excess(fields: list[tuple[bytes, bytes]], start_line: int, received: int, problem: str | None) -> None:
    assert LIMITS.excess(fields, start_line, received) == problem


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.binary(max_size=9)), max_size=9), st.integers(1, 300))
def test_a_head_that_came_in_few_enough_bytes_is_never_too_large(fields: list[tuple[bytes, bytes]], bound: int) -> None:
    """So the sum may be spared for it: the shortest way to write these fields is no shorter than what is counted."""
    limits = HeadLimits(head_bytes=bound)
    written = sum(len(b"%b:%b\r\n" % field) for field in fields)
    exact = limits.excess(fields, 0, received=bound + 1)
    assert (exact is None) == (written <= bound)


def test_defaults() -> None:
    assert HeadLimits() == HeadLimits(head_bytes=65_536, header_count=200)
