"""Colors: those of the dashboard, dark and light, and the terminal's own sixteen."""

from __future__ import annotations

from typing import Final

from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

DARK: Final = Theme(
    name="claudeflare-dark",
    primary="#f6964e",
    secondary="#6db0f4",
    accent="#f6964e",
    foreground="#f1f0ed",
    background="#110e0d",
    surface="#191614",
    panel="#24201e",
    success="#5fce8c",
    warning="#ecc254",
    error="#fb756e",
    dark=True,
    variables={
        "border": "#2f2c29",
        "quiet": "#9e9993",
        "series-0": "#6db0f4",
        "series-1": "#c198f0",
        "series-2": "#65d0dc",
        "series-3": "#ef8bc5",
    },
)
LIGHT: Final = Theme(
    name="claudeflare-light",
    primary="#ad490e",
    secondary="#226bc0",
    accent="#ad490e",
    foreground="#1e1a16",
    background="#faf9f7",
    surface="#ffffff",
    panel="#f2f1ee",
    success="#167645",
    warning="#8c5d00",
    error="#be2323",
    dark=False,
    variables={
        "border": "#e0deda",
        "quiet": "#645e58",
        "series-0": "#226bc0",
        "series-1": "#8048b6",
        "series-2": "#007781",
        "series-3": "#b53989",
    },
)
ANSI: Final = Theme(
    name="claudeflare-ansi",
    ansi=True,
    primary="ansi_yellow",
    secondary="ansi_cyan",
    accent="ansi_yellow",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "border": "ansi_bright_black",
        "quiet": "ansi_white",
        "series-0": "ansi_blue",
        "series-1": "ansi_magenta",
        "series-2": "ansi_cyan",
        "series-3": "ansi_bright_magenta",
        "footer-key-foreground": "ansi_yellow",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_white",
        "scrollbar-active": "ansi_white",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)
"""Keeps the terminal's own background, whichever it is. Where shades mark something elsewhere, `:ansi` rules invert."""

THEMES: Final = (DARK, LIGHT, ANSI)
_FEW_COLORS: Final = (None, "standard")
"""Color systems, as Rich names them, that shades of grey cannot be told apart in."""


def fitting(color_system: str | None) -> str:
    """The name of the theme to begin with on a terminal of such colors."""
    return ANSI.name if color_system in _FEW_COLORS else DARK.name


def sixteen(theme: Theme) -> TerminalTheme:
    """What rich's tables call green, yellow or red, in the colors of one of ours."""
    quiet = theme.variables["quiet"]
    named = (theme.background, theme.error, theme.success, theme.warning, theme.secondary, theme.primary, quiet, quiet)
    colors = [Color.parse(name or quiet).rgb for name in named]
    return TerminalTheme(
        Color.parse(theme.background or "black").rgb, Color.parse(theme.foreground or "white").rgb, colors, colors
    )


def following(name: str) -> str:
    """The name of the theme after this one."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)]
