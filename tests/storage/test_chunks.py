from __future__ import annotations

import pytest

from claudeflare.storage.chunks import IDS_PER_QUERY, chunks


@pytest.mark.parametrize("length", [0, 1, IDS_PER_QUERY, IDS_PER_QUERY + 1, 3 * IDS_PER_QUERY])
def test_all_in_order_in_pieces_that_fit(length: int) -> None:
    ids = [str(number) for number in range(length)]
    pieces = list(chunks(ids))
    assert [each for piece in pieces for each in piece] == ids
    assert all(1 <= len(piece) <= IDS_PER_QUERY for piece in pieces)
