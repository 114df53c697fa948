"""How far a limit was used, in blocks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.limit_past import NOTHING_READ, blocks, past_line, past_of

WEEK: Any = {"kind": "window", "name": "7d", "modelClass": "opus"}


def history(*highest: float | None) -> Any:
    return {"limits": [{**WEEK, "highest": list(highest), "utilization": list(highest)}]}


def test_a_line_of_what_was_read() -> None:
    assert past_line(WEEK, past_of(history(None, 0.0, 0.25, 0.5, 0.98, 1.2)), 20) == "·▁▂▄██  highest 120%"


def test_a_limit_that_was_never_read_has_none() -> None:
    assert past_line(WEEK, past_of(history(None, None)), 20) is None
    assert past_line({**WEEK, "modelClass": None}, past_of(history(0.5)), 20) is None


def test_a_peak_is_not_lost_where_there_is_less_room() -> None:
    assert blocks([0.1, 0.9, 0.1, None, None, None], 2) == "▇·"


@given(st.lists(st.none() | st.floats(0, 2), min_size=1, max_size=400), st.integers(1, 80))
def test_it_fits_and_tells_read_from_not_read(values: list[float | None], cells: int) -> None:
    line = blocks(values, cells)
    assert len(line) == min(cells, len(values))
    assert (line == NOTHING_READ * len(line)) == all(value is None for value in values)
