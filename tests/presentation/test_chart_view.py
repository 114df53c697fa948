"""A chart as lines of text, and the line above it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from claudeflare.formatting import compact, money, one_unit
from claudeflare.presentation.axes import Ladder
from claudeflare.presentation.chart import Chart, Kind, Series, Times, Tone, grouped
from claudeflare.presentation.chart_heading import heading
from claudeflare.presentation.chart_view import LABELS, Look, drawn, plot_columns, pointed

START = 1_795_305_600.0  # 2026-11-22 00:00:00 UTC
LOOK = Look(
    {tone: Style(color=f"color({number + 1})") for number, tone in enumerate(Tone)},
    cursor=Style(bgcolor="color(8)"),
    quiet=Style(dim=True),
    title=Style(bold=True),
)
HOURS = Times(tuple(START + 3600 * number for number in range(24)), START + 86_400, START + 86_000, UTC)


def bars(*series: tuple[float | None, ...], adds_up: bool = True) -> Chart:
    named = tuple(
        Series(f"part {number}", values, tone, sum(value or 0 for value in values))
        for number, (values, tone) in enumerate(zip(series, Tone, strict=False))
    )
    return Chart("Requests", "by hour", Kind.BARS, named, compact, adds_up=adds_up)


def line(*values: float | None, **more: object) -> Chart:
    given = {"shown": one_unit, "ladder": Ladder.DURATION} | more
    return Chart("Duration", "", Kind.LINES, (Series("p50", values, Tone.ACCENT),), **given)  # type: ignore[arg-type]


def rows(chart: Chart, width: int, height: int, cursor: int | None = None, times: Times = HOURS) -> list[str]:
    return drawn(chart, times, (width, height), LOOK, cursor).plain.split("\n")


def test_bars_with_axes() -> None:
    assert rows(bars((*(0.0,) * 12, *(4.0,) * 12)), 32, 6) == [
        "      4┤            ████████████",
        "       │            ████████████",
        "      2┤            ████████████",
        "       │            ████████████",
        "      0└┬───────────┬───────────",
        "     22 Nov       12:00",
    ]


def test_points_share_columns_where_there_are_too_few() -> None:
    assert rows(bars((1.0,) * 24), 20, 4)[0] == "      2┤████████████"
    assert rows(bars((1.0,) * 24, adds_up=False), 20, 4)[0] == "      1┤████████████"


def test_bars_are_wider_where_there_is_room() -> None:
    chart = bars((1.0, 2.0))
    times = Times(HOURS.starts[:2], START + 7200, START + 7200, UTC)
    assert rows(chart, 14, 4, times=times)[:2] == ["      2┤   ███", "       │██████"]


def test_the_reader_points_at_a_bar_and_at_a_point() -> None:
    assert rows(bars((1.0,) * 24), 20, 4, cursor=5)[2] == "      0└┬─▲─────────"
    assert rows(line(*(1.0,) * 24), 20, 4, cursor=5)[2] == "   0 ms└┬─▲─────────"
    assert "▲" not in "".join(rows(bars((1.0,) * 24), 20, 4, cursor=99))


def test_a_cursor_is_seen_behind_what_is_drawn() -> None:
    text = drawn(bars((1.0,) * 24), HOURS, (LABELS + 24, 4), LOOK, 3)
    behind = [span for span in text.spans if isinstance(span.style, Style) and span.style.bgcolor]
    assert [text.plain[span.start : span.end] for span in behind] == ["█", "█"]


def test_layers_have_the_colors_of_their_series() -> None:
    text = drawn(bars((6.0,), (4.0,)), Times((START,), START + 3600, START + 3600), (LABELS + 1, 3), LOOK)
    (cell,) = [span.style for span in text.spans if isinstance(span.style, Style) and span.style.bgcolor]
    assert isinstance(cell, Style)
    assert (cell.color, cell.bgcolor) == (Color.parse("color(1)"), Color.parse("color(2)"))


def test_a_line_may_go_below_zero() -> None:
    chart = line(*(-1.0,) * 12, *(2.0,) * 12, shown=money, ladder=Ladder.DECIMAL)
    shown = rows(chart, 32, 8)
    assert [row[:LABELS].strip() for row in shown[:-1]] == ["$2.00┤", "│", "│", "$0.00┤", "│", "│", "-$2.00└"]


def test_the_top_may_be_given() -> None:
    chart = line(*(0.5,) * 24, top=1.0, shown=compact)
    assert rows(chart, 20, 4)[0].startswith("      1┤")


def test_nothing_at_all_has_axes() -> None:
    assert rows(bars((0.0,) * 24), 20, 4)[0] == "      1┤            "
    assert rows(line(*(None,) * 24), 20, 4)[1] == "       │            "


def test_clocks_that_change_move_no_bar() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    days = tuple(datetime(2026, 10, day, tzinfo=berlin).timestamp() for day in (24, 25, 26))  # the 25th has 25 hours
    times = Times(days, days[-1] + 86_400, days[-1] + 86_400, berlin)
    assert rows(bars((1.0, 2.0, 1.0)), 48, 3, times=times)[-1].split() == ["24", "Oct", "25", "Oct", "26", "Oct"]
    assert times.place(days[2]) == 2.0
    assert times.point_words(1, 1) == "25 Oct"


def test_times_of_points() -> None:
    assert HOURS.point_words(3, 4) == "03:00–05:00"
    assert HOURS.point_words(23, 23) == "23:00–23:53"  # still running
    week = Times(tuple(START + 3600 * number for number in range(168)), START + 604_800, START + 604_800, UTC)
    assert week.point_words(30, 30) == "23 Nov 06:00–07:00"
    assert HOURS.point_words(0, 23) == "22 Nov"


def test_who_points_beside_the_plot_means_the_nearest() -> None:
    assert [pointed(column, 24, LABELS + 24) for column in (0, LABELS, LABELS + 23, 99)] == [0, 0, 23, 23]
    assert pointed(LABELS + 11, 24, LABELS + 12) == 23


@given(st.integers(1, 300), st.integers(1, 120))
def test_groups_cover_every_point_once_and_fit(count: int, columns: int) -> None:
    groups, (values,) = grouped(bars((1.0,) * count), columns)
    assert len(groups) == len(values) <= columns
    assert [number for first, last in groups for number in range(first, last + 1)] == list(range(count))
    assert sum(value or 0 for value in values) == count


@given(st.integers(1, 200), st.integers(1, 120), st.integers(3, 30), st.none() | st.integers(0, 199))
def test_every_line_has_the_width(count: int, width: int, height: int, cursor: int | None) -> None:
    times = Times(tuple(START + 3600 * number for number in range(count)), START + 3600 * count, START, UTC)
    for chart in (bars((3.0,) * count, (None,) * count), line(*(7.0, None) * (count // 2), *(1.0,) * (count % 2))):
        if chart.series[0].values:
            shown = rows(chart, LABELS + width, height, cursor, times)
            assert [len(each) for each in shown[:-1]] == [LABELS + plot_columns(LABELS + width)] * (height - 1)
            assert len(shown[-1]) <= LABELS + width


def test_a_heading_tells_what_the_range_adds_up_to() -> None:
    assert heading(bars((1.0,) * 24, (2.0,) * 24), HOURS, 50, LOOK).plain == (
        "Requests  by hour         ■ part 0 24  ■ part 1 48"
    )


def test_a_heading_tells_the_exact_values_of_a_bar() -> None:
    assert heading(bars((1.0,) * 24), HOURS, 40, LOOK, 3).plain == "Requests  03:00–04:00         ■ part 0 1"
    assert heading(bars((1.0,) * 24), HOURS, 20, LOOK, 3).plain == "Requests  ■ part 0 2"


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (34, "Requests  ■ part 0 24  ■ part 1 48"),
        (30, "Requests  part 0 24  part 1 48"),
        (29, "Requests  by hour   part 0 24"),
        (12, "Requests    "),
    ],
)
def test_a_heading_leaves_out_what_does_not_fit(width: int, text: str) -> None:
    assert heading(bars((1.0,) * 24, (2.0,) * 24), HOURS, width, LOOK).plain == text
