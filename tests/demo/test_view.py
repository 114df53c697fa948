from __future__ import annotations

from datetime import UTC
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from claudeflare.demo.picture import Picture
from claudeflare.demo.view import View, sentence
from harness.command_line import lines
from harness.demo_records import AT, moment, row


def drawn(picture: Picture, width: int, height: int, **console: Any) -> str:
    out = Console(file=StringIO(), width=width, height=height, markup=False, highlight=False, **console)
    out.print(View(picture, UTC))
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 40)])
def test_the_whole_picture(width: int, height: int) -> None:
    whole = Path(__file__).with_name(f"view_{width}_by_{height}.txt").read_text(encoding="utf-8")
    assert lines(drawn(moment(), width, height)) == whole


@pytest.mark.parametrize("width", [20, 40, 80, 100, 200])
@pytest.mark.parametrize("height", [3, 12, 16, 24, 60])
def test_it_is_never_larger_than_its_terminal(width: int, height: int) -> None:
    shown = drawn(moment(accounts=moment().accounts * 3), width, height).splitlines()
    assert len(shown) < height
    assert max(map(len, shown)) <= width


def test_before_anything_has_happened_it_says_so() -> None:
    nothing = moment(accounts=(), lines=(), moves=(), rates=(), overhead_p50=None, overhead_p95=None, cost=None)
    shown = lines(drawn(nothing, 80, 24)).splitlines()
    assert shown[1] == "No account yet."
    assert "0.0 requests/s · overhead p50 –, p95 –" in shown
    assert len(shown) == 23


def test_colour_is_for_state_alone() -> None:
    colourful = drawn(moment(), 80, 24, force_terminal=True, color_system="standard", no_color=False)
    for styled in ("\x1b[32m● \x1b[0m", "\x1b[33m● \x1b[0m", "\x1b[31m● \x1b[0m", "\x1b[31m██████\x1b[0m"):
        assert styled in colourful
    assert "\x1b[3" not in drawn(moment(), 80, 24, force_terminal=True, color_system="standard", no_color=True)


def test_what_clients_saw_is_said_however_it_was() -> None:
    shown = drawn(moment(client_rate_limits=1, client_failures=2, upstream_429=1), 80, 24)
    assert "412 requests answered, 1 rate limit seen by clients; upstream said 429 1 time" in shown
    assert "2 other failures" in shown


def test_a_long_count_gives_way_to_what_matters() -> None:
    shown = drawn(moment(answered=12_345, upstream_429=1234), 80, 24)
    assert "12,345 answered, 0 rate limits seen by clients; upstream said 429 1,234 times\n" in lines(shown)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "● All 1 accounts serving."),
        ({"status": "limited: haiku, sonnet", "until": AT + 14}, "(haiku, sonnet) for 2 s"),
        ({"status": "limited", "until": AT + 612, "limited": frozenset({""})}, "a for 10 min"),
        ({"status": "needs attention", "limited": frozenset({""})}, "a needs attention"),
    ],
)
def test_the_state_in_a_sentence(fields: dict[str, Any], said: str) -> None:
    assert said in sentence(moment(accounts=(row("a", 0.0, 0.0, **fields),))).plain
