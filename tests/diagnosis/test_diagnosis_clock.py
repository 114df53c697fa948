from __future__ import annotations

import pytest

from claudeflare.diagnosis.clock import Reading, check_clock


@pytest.mark.parametrize(
    ("theirs", "state", "summary"),
    [
        (1000.0, "ok", "Agrees with https://api.example."),
        (991.0, "ok", "Agrees with https://api.example."),
        (970.0, "warning", "This machine's clock is 30 s ahead of https://api.example."),
        (4600.0, "problem", "This machine's clock is 1 h behind https://api.example."),
    ],
)
def test_how_far_it_is_off(theirs: float, state: str, summary: str) -> None:
    [found] = check_clock([Reading("https://api.example", theirs, 1000.0)])
    assert (found.state, found.summary, found.cure is None) == (state, summary, state == "ok")


def test_nobody_to_compare_with() -> None:
    assert [found.state for found in check_clock([])] == ["skipped"]
