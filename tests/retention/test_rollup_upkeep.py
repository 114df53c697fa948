from __future__ import annotations

import threading
from pathlib import Path

import pytest

from claudeflare.retention.rollup_upkeep import RollupUpkeep
from claudeflare.retention.time_limit import TimeLimit


class Steps:
    """Answers as many times as there is more to do, and remembers in which order it was asked."""

    def __init__(self, **left: int) -> None:
        self._left = left
        self.asked: list[str] = []

    def fold(self, now: float) -> bool:
        assert now == 1000.0
        return self._step("fold")

    def expire(self) -> bool:
        return self._step("expire")

    def recount(self) -> bool:
        return self._step("recount")

    def _step(self, name: str) -> bool:
        self.asked.append(name)
        self._left[name] = self._left.get(name, 0) - 1
        return self._left[name] >= 0


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Event, "wait", lambda self, _seconds=None: self.is_set())


def test_every_step_is_repeated_until_there_is_no_more() -> None:
    steps = Steps(fold=2, recount=1)
    assert RollupUpkeep(steps, lambda: 1000.0).run_once(threading.Event()) == 3
    assert steps.asked == ["fold", "fold", "fold", "expire", "recount", "recount"]


def test_nothing_is_begun_once_it_is_to_stop(tmp_path: Path) -> None:
    steps = Steps(fold=5)
    assert RollupUpkeep(steps, lambda: 1000.0).run_once(TimeLimit(0.0)) == 0
    assert steps.asked == []
