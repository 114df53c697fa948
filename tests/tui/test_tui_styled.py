"""Colors stay names of the theme until they are drawn."""

from __future__ import annotations

from rich.text import Text

from claudeflare.tui.styled import content, themed


def test_colors_become_the_themes_own() -> None:
    made = content(Text.assemble(("● ", "green"), "ok", (" later", "bold dim"), style="red"))
    assert made.plain == "● ok later"
    assert [(span.start, span.end, span.style) for span in made.spans] == [
        (0, 10, "$error"),
        (0, 2, "$success"),
        (4, 10, "bold $quiet"),
    ]


def test_what_is_no_color_stays() -> None:
    assert themed("bold italic") == "bold italic"
    assert themed("") == ""
