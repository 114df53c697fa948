from __future__ import annotations

import io
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.backup.row_stream import read_rows, write_rows
from claudeflare.errors import InvalidInput

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary()
)


def written(batches: list[list[tuple[Any, ...]]]) -> bytes:
    file = io.BytesIO()
    assert list(write_rows(file, batches)) == [len(rows) for rows in batches]
    return file.getvalue()


@given(batches=st.lists(st.lists(st.tuples(VALUES, VALUES), max_size=5), max_size=5))
def test_rows_come_back_as_they_were(batches: list[list[tuple[Any, ...]]]) -> None:
    assert list(read_rows(io.BytesIO(written(batches)), "t")) == batches


@pytest.mark.parametrize("plain", [b"\xff\xff\xff\xff", b"\0\0\0\x05abc", b"\0\0\0\x01\xc1", b"\0\0\0\x01\x01", b"\0"])
def test_what_is_no_batch(plain: bytes) -> None:
    content = zstandard.ZstdCompressor().compress(plain)
    with pytest.raises(InvalidInput, match="damaged"):
        list(read_rows(io.BytesIO(content), "t"))
