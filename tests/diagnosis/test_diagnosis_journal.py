from __future__ import annotations

from claudeflare.diagnosis.finding import ok
from claudeflare.diagnosis.journal import check_journal
from claudeflare.journal.backlog import Backlog

NONE = Backlog()


def test_all_is_filed() -> None:
    assert check_journal(NONE, NONE, served=True) == [ok("journal", "Everything that was recorded is filed.")]


def test_without_a_server_nobody_reads() -> None:
    left = Backlog(segments=2, bytes=2_500_000, oldest_seconds=90_000.0)
    assert check_journal(left, NONE, served=False) == [
        ok("journal", "2 segments (2.5 MB) of records of requests will be filed when the server starts.")
    ]


def test_control_does_not_keep_up() -> None:
    slow, stuck = (Backlog(segments=1, bytes=8000, oldest_seconds=age) for age in (61.0, 7200.0))
    assert [(found.state, found.summary) for found in check_journal(slow, stuck, served=True)] == [
        (
            "warning",
            "1 segment (8.0 kB) of records of requests wait to be filed, the oldest for 1 min 1 s: "
            "control does not keep up.",
        ),
        (
            "problem",
            "1 segment (8.0 kB) of captured bodies wait to be filed, the oldest for 2 h: control does not keep up.",
        ),
    ]
    busy = Backlog(segments=3, bytes=8000, oldest_seconds=2.0)
    assert check_journal(busy, NONE, served=True)[0].state == "ok"


def test_damage_that_was_set_aside() -> None:
    [found] = check_journal(Backlog(set_aside=1), NONE, served=True)
    assert (found.state, found.summary) == (
        "warning",
        "1 segment of records of requests had damage and was set aside.",
    )
