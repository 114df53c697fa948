"""What happened, as one list."""

from __future__ import annotations

from typing import Any

from claudeflare.presentation.timeline import mark, timeline


def happening(kind: str, at: str, **changes: Any) -> dict[str, Any]:
    usual = {"account": "work", "accountId": "1", "modelClass": None, "reason": None, "until": None, "count": 1}
    return usual | {"at": f"2026-11-22T15:{at}Z", "kind": kind, "text": f"{kind} at {at}"} | changes


def texts(*happenings: dict[str, Any], most: int = 50) -> list[str]:
    return [line["text"] for line in timeline(happenings, most)]


def test_newest_first() -> None:
    assert texts(happening("limited", "20:00"), happening("recovered", "40:00")) == [
        "recovered at 40:00",
        "limited at 20:00",
    ]


def test_what_was_told_and_is_on_record_is_there_once() -> None:
    told = [happening("limited", "20:05"), happening("limited", "20:06", modelClass="opus")]
    assert len(texts(happening("limited", "20:01"), *told)) == 2


def test_requests_that_moved_the_same_way_are_added_up() -> None:
    def moved(at: str, count: int, reason: str | None = "spare", **more: Any) -> dict[str, Any]:
        return happening("moved", at, reason=reason, count=count, **more)

    assert texts(moved("40:10", 2), moved("40:05", 1, "lab"), moved("39:59", 1198), moved("30:00", 1)) == [
        "1,200 requests moved from work to spare.",
        "moved at 40:05",
        "moved at 30:00",
    ]
    gone = moved("40:10", 1, None, account=None)
    assert texts(gone, gone) == ["2 requests moved from an account that is gone to another."]


def test_no_more_than_asked_for() -> None:
    assert texts(happening("limited", "20:00"), happening("recovered", "10:00"), most=1) == ["limited at 20:00"]


def test_marks_differ_in_shape() -> None:
    assert len({mark(kind)[0] for kind in ("limited", "set-aside", "recovered", "strategy")}) == 4
