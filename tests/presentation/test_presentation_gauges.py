"""Gauges in words."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.formatting import epoch
from claudeflare.presentation.gauges import bar, tightest_limits, words

NOW = epoch("2026-11-22T15:00:00.000Z")


def gauge(name: str, used: float | None, resets_at: str | None = "2026-11-22T15:41:00.000Z", **more: Any) -> Any:
    window = {"kind": "window", "modelClass": None, "limit": None, "remaining": None, "status": "allowed"}
    return (
        window | {"name": name, "utilization": used, "resetsAt": resets_at, "readAt": "2026-11-22T14:00:00.000Z"} | more
    )


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, "░░░░░░░░"), (0.5, "████░░░░"), (1.0, "████████"), (1.2, "████████"), (-1.0, "░░░░░░░░")]
)
def test_a_bar(share: float, drawn: str) -> None:
    assert bar(share) == drawn


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (gauge("7d", 0.74), "7d 74% until 15:41 (41 min)"),
        (gauge("7d_opus", None, None, modelClass="opus"), "7d_opus (opus) 0%"),
        (gauge("input tokens", 0.31, kind="bucket", modelClass="opus"), "input tokens (opus) 31%"),
    ],
)
def test_in_words(shown: Any, said: str) -> None:
    assert words(shown, NOW, UTC) == said


def test_the_tightest_of_each_account() -> None:
    accounts: list[Any] = [
        {"name": "work", "gauges": [gauge("5h", 0.2), gauge("7d", 0.74), gauge("overage", 0.9)]},
        {"name": "spare", "gauges": [gauge("5h", 1.0, "2026-11-22T14:59:59.000Z")]},
        {"name": "new", "gauges": []},
    ]
    assert tightest_limits(accounts, NOW, UTC) == [("work", "██████░░ 7d 74% until 15:41 (41 min)")]
