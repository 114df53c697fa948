"""Virtual time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from claudeflare.replay.clock import Clock


@given(st.lists(st.floats(0, 1e9)))
def test_things_happen_in_the_order_of_their_times(times: list[float]) -> None:
    clock, seen = Clock(), list[float]()
    for each in times:
        clock.at(each, lambda: seen.append(clock.now))
    assert not clock.run(len(times) + 1)
    assert seen == sorted(times)


def test_of_equal_times_first_come_first_served() -> None:
    clock, seen = Clock(5.0), list[str]()
    clock.at(1.0, lambda: seen.append("what is past happens now"))
    clock.after(0.0, lambda: seen.append("second"))
    clock.run(10)
    assert (seen, clock.now) == (["what is past happens now", "second"], 5.0)


def test_what_is_cancelled_does_not_happen() -> None:
    clock, seen = Clock(), list[str]()
    clock.at(1.0, lambda: seen.append("no")).cancel()
    clock.at(2.0, lambda: seen.append("yes"))
    assert clock.run(1), "there is more to come"
    assert not clock.run(5)
    assert seen == ["yes"]
    assert repr(clock) == "<Clock at 2.000, 0 to come>"
