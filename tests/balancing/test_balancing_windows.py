"""Usage windows: how far they are used, whom they hold for, until when."""

from __future__ import annotations

import pytest

from claudeflare.balancing.limit_reading import ALLOWED, OVERAGE, REJECTED, WARNING, WindowReading
from claudeflare.balancing.windows import LONGEST_SECONDS, Window, in_force, is_close, share_left, window_of

NOW = 1_000_000.0
HOUR = 3_600.0


def windows(*made: Window) -> dict[str, Window]:
    return {window.name: window for window in made}


def window(
    name: str = "5h", used: float = 0.5, model_class: str = "", status: str = ALLOWED, ends_in: float = HOUR
) -> Window:
    return Window(name, model_class, used, NOW + ends_in, status, NOW)


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        (NOW + HOUR, NOW + HOUR),
        (NOW - HOUR, NOW + 1.0),
        (NOW + 300 * 86_400.0, NOW + LONGEST_SECONDS),
        (None, NOW + HOUR),
    ],
)
def test_resets_are_made_plausible(stated: float | None, taken: float) -> None:
    assert window_of(WindowReading("5h", 0.5, stated), "opus", NOW).resets_at == taken


@pytest.mark.parametrize(("status", "used"), [(ALLOWED, 0.0), (WARNING, 0.0), (REJECTED, 1.0)])
def test_without_a_share_its_status_says_something(status: str, used: float) -> None:
    assert window_of(WindowReading("5h", None, NOW + HOUR, status), "", NOW).used == used


@pytest.mark.parametrize(("stated", "taken"), [("", ""), ("opus", "opus"), (None, "fable")])
def test_models_it_holds_for(stated: str | None, taken: str) -> None:
    reading = WindowReading("7d_x", 0.5, NOW + HOUR, ALLOWED, stated)
    assert window_of(reading, "fable", NOW).model_class == taken


def test_only_those_of_the_model_that_have_not_ended_count() -> None:
    known = windows(
        window("5h", 0.2),
        window("7d", 0.4, ends_in=0.0),
        window("7d_opus", 0.6, "opus"),
        window("7d_sonnet", 0.8, "sonnet"),
        window(OVERAGE, 0.9),
    )
    assert [each.name for each in in_force(known, "opus", NOW)] == ["5h", "7d_opus"]
    assert share_left(known, "opus", NOW) == pytest.approx(0.4)
    assert share_left(known, "haiku", NOW) == pytest.approx(0.8)
    assert share_left(known, "opus", NOW + HOUR) == 1.0


def test_what_is_rejected_or_overdrawn_has_nothing_left() -> None:
    assert share_left(windows(window(used=1.02)), "", NOW) == 0.0
    assert share_left(windows(window(used=0.3, status=REJECTED)), "", NOW) == 0.0


@pytest.mark.parametrize(
    ("one", "close"),
    [
        (window(used=0.99), False),
        (window(status=WARNING), True),
        (window(status=REJECTED), True),
        (window(used=1.0), True),
        (window("7d_opus", 1.0, "opus"), False),
        (window(status=WARNING, ends_in=-1.0), False),
    ],
)
def test_close_to_a_limit(one: Window, close: bool) -> None:
    assert is_close(windows(one), "sonnet", NOW) is close
