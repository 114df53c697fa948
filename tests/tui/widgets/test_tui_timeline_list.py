"""What happened, a line each."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from claudeflare.tui.widgets.timeline_list import happening_line
from harness.data_directory import NOW

HAPPENED: Any = {"at": "2026-11-22T17:39:00Z", "kind": "limited", "text": "spare was limited for opus: all used."}


@pytest.mark.parametrize(
    ("changes", "width", "line"),
    [
        ({}, 60, "17:39 ■ spare was limited for opus: all used."),
        ({}, 30, "17:39 ■ spare was limited for\n        opus: all used."),
        ({"at": "2026-11-02T09:00:00Z", "kind": "recovered"}, 60, "11-02 ● spare was limited for opus: all used."),
    ],
)
def test_a_line(changes: dict[str, Any], width: int, line: str) -> None:
    assert happening_line({**HAPPENED, **changes}, width, NOW, UTC).plain == line
