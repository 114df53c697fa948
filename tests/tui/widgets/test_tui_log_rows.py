"""Log lines as rows: days, folds, searches."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.tui.widgets.log_rows import INDENT, foldable, matches, rows_of


def line(message: str = "well", at: str = "2026-11-22T17:40:00.000Z", traceback: str | None = None) -> Any:
    return {
        "time": at,
        "level": "info",
        "process": "control",
        "logger": "x",
        "message": message,
        "traceback": traceback,
    }


def texts(*arguments: Any, **options: Any) -> list[str]:
    return [
        row.drawn(UTC, open_=options["open_width"] is not None).plain for row in rows_of(*arguments, UTC, **options)
    ]


def test_the_day_stands_where_it_changes() -> None:
    assert texts(line(), "2026-11-21", open_width=None) == ["2026-11-22", "17:40:00 info  control  well"]
    assert texts(line(), "2026-11-22", open_width=None) == ["17:40:00 info  control  well"]


def test_a_traceback_unfolds() -> None:
    failed = line("failed", traceback="Traceback:\n  in a file")
    assert texts(failed, "2026-11-22", open_width=None) == ["17:40:00 info  control  ▸ failed"]
    assert texts(failed, "2026-11-22", open_width=80) == [
        "17:40:00 info  control  ▾ failed",
        " " * INDENT + "Traceback:",
        " " * INDENT + "  in a file",
    ]


def test_a_short_line_has_nothing_to_unfold() -> None:
    assert not foldable(line())
    assert foldable(line("two\nlines"))
    assert foldable(line("x" * 200))


@given(st.text("ab é\n", min_size=1, max_size=600), st.integers(40, 200))
def test_nothing_of_a_message_is_lost_in_unfolding(message: str, width: int) -> None:
    head, *parts = rows_of(line(message), "2026-11-22", UTC, open_width=width)
    first = head.drawn(UTC, open_=True).plain.removeprefix("17:40:00 info  control  ").removeprefix("▾ ")
    shown = "".join(part.text for part in parts)
    whole = shown if len(first) > 120 else first + shown
    assert "".join(whole.split()) == "".join(message.split())
    assert all(len(part.text) <= width - INDENT for part in parts)


def test_a_search_finds_what_is_folded_whatever_its_case() -> None:
    assert matches(line("Connection RESET"), "reset")
    assert matches(line(traceback="ValueError"), "valueerror")
    assert matches(line(), "control")
    assert not matches(line(), "gateway")
