from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.presentation.status_line import status_line

NOW = 1_795_369_200.0
"""2026-11-22 17:40 UTC."""
WINDOW = {
    "kind": "window", "name": "5h", "modelClass": None, "utilization": 0.62, "resetsAt": "2026-11-22T19:40:00Z",
}  # fmt: skip


def glance(**fields: Any) -> dict[str, Any]:
    usual = {
        "account": "work", "rateLimitStatus": "ok", "rateLimitReset": None, "tightest": WINDOW, "requests": 12,
        "costUsd": 3.41,
    }  # fmt: skip
    return usual | fields


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "work · 5h 38% left, resets 19:40 · $3.41 today"),
        ({"tightest": WINDOW | {"resetsAt": "2026-11-29T08:00:00Z"}},
         "work · 5h 38% left, resets 2026-11-29 08:00 · $3.41 today"),
        ({"tightest": WINDOW | {"utilization": 1.2, "modelClass": "opus"}},
         "work · 5h (opus) 0% left, resets 19:40 · $3.41 today"),
        ({"tightest": WINDOW | {"utilization": 0.999}}, "work · 5h 0% left, resets 19:40 · $3.41 today"),
        ({"tightest": WINDOW | {"kind": "bucket", "name": "requests"}}, "work · requests 38% left · $3.41 today"),
        ({"tightest": None}, "work · $3.41 today"),
        ({"rateLimitStatus": "limited", "rateLimitReset": "2026-11-22T18:21:00Z"},
         "work · limited until 18:21 · $3.41 today"),
        ({"rateLimitStatus": "paused"}, "work · paused · $3.41 today"),
        ({"account": None, "rateLimitStatus": None, "tightest": None, "requests": 0, "costUsd": None},
         "no account · $0.00 today"),
        ({"tightest": None, "costUsd": None}, "work · unknown today"),
        ({"tightest": None, "account": "a\nb\x1b[31m\u202e"}, "a b\\x1b[31m\\u202e · $3.41 today"),
    ],
)  # fmt: skip
def test_the_line(fields: dict[str, Any], line: str) -> None:
    assert status_line(glance(**fields), NOW, UTC, colors=False) == line


@pytest.mark.parametrize(("used", "color"), [(0.5, 32), (0.8, 33), (0.95, 31)])
def test_its_colors(used: float, color: int) -> None:
    shown = status_line(glance(tightest=WINDOW | {"utilization": used}), NOW, UTC, colors=True)
    assert f"\x1b[{color}m5h" in shown
    assert shown.count("\x1b[2m · \x1b[0m") == 2
    assert "\n" not in shown
