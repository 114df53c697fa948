"""Which colors a terminal is begun with."""

from __future__ import annotations

import pytest

from claudeflare.tui.themes import ANSI, DARK, LIGHT, THEMES, fitting, following


@pytest.mark.parametrize(
    ("color_system", "theme"), [("truecolor", DARK), ("256", DARK), ("standard", ANSI), (None, ANSI)]
)
def test_few_colors_are_the_terminals_own(color_system: str | None, theme: object) -> None:
    assert fitting(color_system) == getattr(theme, "name")  # noqa: B009


def test_each_theme_follows_another() -> None:
    name = DARK.name
    seen = [name := following(name) for _ in THEMES]
    assert seen == [LIGHT.name, ANSI.name, DARK.name]


def test_every_theme_has_the_same_variables_of_ours() -> None:
    assert all({"border", "quiet"} <= theme.variables.keys() for theme in THEMES)
