"""The waterfall of a request: every millisecond is somebody's."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from claudeflare.presentation.request_timing import (
    CONNECT,
    FIRST_BYTE,
    FIRST_CONTENT,
    OVERHEAD,
    PAUSE,
    QUEUED,
    STREAM,
    Segment,
    Timing,
    TimingRow,
    timing_of,
)
from claudeflare.presentation.waterfall import figures, overhead_words, picture


def attempt(started: float, **fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "account": "work",
        "startedMs": started,
        "connectedMs": None,
        "firstByteMs": None,
        "endedMs": None,
        "status": 200,
        "outcome": "served",
        "nextStep": "relay",
    }
    return given | fields


def detail(*attempts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"responseTimeMs": 100.0, "queuedMs": 0.0, "overheadMs": 1.0, "ttftMs": None}
    return given | {"attempts": list(attempts)} | fields


LIMITED = attempt(40, firstByteMs=50, endedMs=50, status=429, outcome="rate_limited", nextStep="another")
MOVED = detail(
    LIMITED,
    attempt(52, account="spare", connectedMs=60, firstByteMs=80, endedMs=99),
    queuedMs=39.0,
    ttftMs=85.0,
)


def test_a_request_that_waited_and_was_moved() -> None:
    timing = timing_of(MOVED)
    assert timing.total == 100
    assert timing.rows == (
        TimingRow("waiting", "", (Segment(QUEUED, 0, 39),)),
        TimingRow("work", "rate limited 429", (Segment(FIRST_BYTE, 40, 50),)),
        TimingRow(
            "spare",
            "",
            (
                Segment(CONNECT, 52, 60),
                Segment(FIRST_BYTE, 60, 80),
                Segment(FIRST_CONTENT, 80, 85),
                Segment(STREAM, 85, 99),
            ),
        ),
        TimingRow(
            "Claudeflare", "", (Segment(OVERHEAD, 39, 40), Segment(OVERHEAD, 50, 52), Segment(OVERHEAD, 99, 100))
        ),
    )


def test_between_two_attempts_on_one_account_we_wait_on_purpose() -> None:
    timing = timing_of(
        detail(
            attempt(0, endedMs=10, status=None, outcome="reset", nextStep="retry"),
            attempt(60, firstByteMs=70, endedMs=100),
        )
    )
    assert timing.rows[0] == TimingRow("waiting", "", (Segment(PAUSE, 10, 60),))
    assert timing.rows[1] == TimingRow("work", "reset", (Segment(CONNECT, 0, 10),))


def test_what_never_ended_goes_to_the_end() -> None:
    assert timing_of(detail(attempt(5, account=""))).rows[0] == TimingRow("attempt 1", "", (Segment(CONNECT, 5, 100),))
    assert timing_of(detail(responseTimeMs=0.0)).total > 0


@given(st.lists(st.floats(0, 1000), min_size=4, max_size=4).map(sorted), st.floats(0, 200), st.integers(20, 300))
def test_it_fits_any_width(times: list[float], queued: float, width: int) -> None:
    started, connected, first_byte, ended = times
    one = attempt(started, connectedMs=connected, firstByteMs=first_byte, endedMs=ended)
    timing = timing_of(detail(one, responseTimeMs=ended, queuedMs=queued, ttftMs=first_byte))
    lines = picture(timing, width).plain.split("\n")
    assert len(lines) == 1 + len(timing.rows)
    assert {len(line) for line in lines[1:]} <= {max(width, 20)}
    # Each phase of each row shows.
    for row, line in zip(timing.rows, lines[1:], strict=True):
        assert not row.segments or any(sign in line for sign in "░▒▓█▏")


def test_the_picture() -> None:
    assert picture(timing_of(MOVED), 60).plain == (
        "                      0         25 ms    50 ms        100 ms\n"
        "waiting               ░░░░░░░░░░░░░░░·······················\n"
        "work (rate limited …  ···············▓▓▓▓···················\n"
        "spare                 ····················▒▒▒▓▓▓▓▓▓▓▓▓██████\n"
        "Claudeflare           ···············▏···█·················▏"
    )


def test_the_figures_and_the_sentence() -> None:
    console = Console(width=80)
    with console.capture() as printed:
        console.print(figures(Timing(100, timing_of(MOVED).rows[:2])))
    assert [line.split() for line in printed.get().splitlines()] == [
        ["Where", "What", "At", "Took"],
        ["waiting", "░", "waiting", "for", "an", "account", "0", "ms", "39", "ms"],
        ["work:", "rate", "limited", "429", "▓", "until", "the", "first", "byte", "40", "ms", "10", "ms"],
    ]
    assert overhead_words(MOVED) == (
        "Of 100 ms in all, Claudeflare itself took 1.0 ms and the request waited 39 ms for an account."
    )
    assert overhead_words(detail()) == "Of 100 ms in all, Claudeflare itself took 1.0 ms."
