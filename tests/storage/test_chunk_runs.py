from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claudeflare.errors import StorageError
from claudeflare.storage.chunk_runs import decode_runs, encode_runs


@given(st.lists(st.integers(0, 2**40) | st.integers(0, 5)))
def test_ids_come_back(ids: list[int]) -> None:
    assert decode_runs(encode_runs(ids)) == ids


def test_ids_in_a_row_take_no_space() -> None:
    assert len(encode_runs(list(range(100_000, 200_000)))) == 11
    assert decode_runs(encode_runs([7, 8, 9, 4])) == [7, 8, 9, 4]


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x91\x01", b"\x92\xa1x\x01"])
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(StorageError, match="damaged"):
        decode_runs(data)
