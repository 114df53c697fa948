"""Bars are as high as their values, lines go through their points, and nothing is drawn outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.presentation.canvas import EIGHTHS, EMPTY, Canvas, Cell, level_bar, lines, stacked_bars

VALUES = st.floats(min_value=0, max_value=1e12, allow_nan=False)


def eighths(canvas: Canvas, column: int) -> int:
    """How high a bar is."""
    cells = [row[column] for row in canvas]
    return sum(8 if cell.behind is not None else EIGHTHS.index(cell.glyph) for cell in cells)


def text(canvas: Canvas) -> list[str]:
    return ["".join(cell.glyph for cell in row) for row in canvas]


def test_bars_stand_on_the_ground() -> None:
    assert text(stacked_bars([[0], [1], [2], [4], [8]], 1, 8)) == [" ▁▂▄█"]
    assert text(stacked_bars([[1], [3], [4]], 2, 4)) == [" ▄█", "▄██"]


def test_layers_share_a_cell() -> None:
    (row,) = stacked_bars([[2, 6], [4, 2], [0, 4]], 1, 8)
    assert row == [Cell("▂", 0, 1), Cell("▆", 0), Cell("▄", 1)]


def test_of_three_layers_in_a_cell_two_are_shown() -> None:
    ((cell,),) = stacked_bars([[4, 1, 3]], 1, 8)
    assert cell == Cell("▄", 0, 2)


def test_a_little_is_seen_and_nothing_is_not() -> None:
    assert text(stacked_bars([[0.001], [0]], 2, 1000)) == ["  ", "▁ "]


def test_a_chart_of_nothing() -> None:
    assert text(stacked_bars([[0], [0]], 2, 0)) == ["  ", "  "]
    assert stacked_bars([], 2, 1) == [[], []]
    assert lines([], (2, 1), 0, 1) == [[EMPTY, EMPTY]]


@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=20), st.integers(1, 12))
def test_a_bar_is_as_high_as_its_sum(columns: list[list[float]], height: int) -> None:
    top = max((sum(column) for column in columns), default=0.0)
    canvas = stacked_bars(columns, height, top)
    assert [len(row) for row in canvas] == [len(columns)] * height
    for number, column in enumerate(columns):
        expected = round(sum(column) / top * height * 8) if top > 0 else 0
        assert eighths(canvas, number) == (max(1, expected) if sum(column) > 0 and top > 0 else expected)


@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(1, 9), st.floats(min_value=0.1, max_value=1e12))
def test_what_is_too_high_is_cut_off(values: list[float], height: int, top: float) -> None:
    assert eighths(stacked_bars([values], height, top), 0) <= height * 8


def test_a_line_goes_from_corner_to_corner() -> None:
    assert text(lines([[0, 1, 2, 3]], (2, 1), 0, 3)) == ["⡠⠊"]
    assert text(lines([[3, 2, 1, 0]], (2, 1), 0, 3)) == ["⠑⢄"]


def test_a_gap_is_a_gap() -> None:
    assert text(lines([[0, 0, None, None, 0, 0]], (3, 1), 0, 1)) == ["⣀ ⣀"]


def test_a_point_alone_is_a_dot() -> None:
    assert text(lines([[None, None, 1, None]], (2, 1), 0, 1)) == [" ⠁"]


def test_the_last_line_is_on_top() -> None:
    ((cell,),) = lines([[0, 0], [1, 1]], (1, 1), 0, 1)
    assert cell == Cell("⣉", 1)


def test_what_is_outside_runs_along_the_edge() -> None:
    assert text(lines([[-5, -5, 9, 9]], (2, 1), 0, 1)) == ["⣠⠋"]


def test_equal_bounds_divide_nothing_by_zero() -> None:
    assert text(lines([[1, 1]], (1, 1), 1, 1)) == ["⠉"]


@given(
    st.lists(st.none() | VALUES, max_size=300),
    st.integers(1, 40),
    st.integers(1, 9),
    st.floats(0, 1e9),
    st.floats(1, 1e9),
)
def test_a_canvas_has_its_size_whatever_is_drawn(
    values: list[float | None], width: int, height: int, low: float, span: float
) -> None:
    canvas = lines([values], (width, height), low, low + span)
    assert [len(row) for row in canvas] == [width] * height
    drawn = [cell for row in canvas for cell in row if cell.series is not None]
    assert bool(drawn) == any(value is not None for value in values)


def test_a_share_as_a_lying_bar() -> None:
    assert [level_bar(share, 4) for share in (0, 0.0001, 0.5, 0.53125, 1, 7)] == [
        "    ",
        "▏   ",
        "██  ",
        "██▏ ",
        "████",
        "████",
    ]
    assert level_bar(1, 0) == ""


@given(st.floats(0, 1), st.integers(1, 80))
def test_a_lying_bar_is_as_wide_as_its_place(share: float, width: int) -> None:
    assert len(level_bar(share, width)) == width
