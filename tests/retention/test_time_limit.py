from __future__ import annotations

import time

from claudeflare.retention.time_limit import TimeLimit


def test_it_is_set_when_its_time_is_over() -> None:
    assert TimeLimit(0.0).is_set()
    assert TimeLimit(0.0).wait(100.0)
    assert not TimeLimit(100.0).is_set()
    assert not TimeLimit(100.0).wait(0.0)


def test_a_wait_ends_with_it() -> None:
    began = time.monotonic()
    assert TimeLimit(0.01).wait()
    assert time.monotonic() - began >= 0.01


def test_it_can_be_set_before() -> None:
    limit = TimeLimit(100.0)
    limit.set()
    assert limit.is_set()
    assert limit.wait(50.0)
