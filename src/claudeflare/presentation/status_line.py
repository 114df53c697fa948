"""How things stand in one line, for programs that show one: plain text with ANSI colors."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

from claudeflare.formatting import epoch, money, until_when
from claudeflare.presentation.harmless import harmless

NOT_RUNNING: Final = "claudeflare: not running"

_RESET: Final = "\x1b[0m"
_DIM, _RED, _GREEN, _YELLOW = "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"
_LOW, _VERY_LOW = 0.25, 0.10
"""Shares left from which on a limit is shown in yellow, and in red."""


def status_line(glance: Any, now: float, zone: tzinfo | None, *, colors: bool) -> str:
    """`work · 5h 38% left, resets 15:40 · $3.41 today`."""
    name = " ".join(str(glance["account"] or "no account").split())
    parts = [(harmless(name), "")]
    if glance["account"]:
        parts.append(_standing(glance, now, zone))
    parts.append((f"{money(glance['costUsd']) if glance['requests'] else '$0.00'} today", ""))
    separator = _painted(" · ", _DIM, colors=colors)
    return separator.join(_painted(text, color, colors=colors) for text, color in parts if text)


def _standing(glance: Any, now: float, zone: tzinfo | None) -> tuple[str, str]:
    """What keeps the account from serving, else what is left of its tightest limit; with its color."""
    status = str(glance["rateLimitStatus"])
    if status != "ok":
        reset = epoch(glance["rateLimitReset"])
        return status + ("" if reset is None else f" {until_when(reset, now, zone)}"), _RED
    gauge = glance["tightest"]
    if gauge is None:
        return "", ""
    left = max(0.0, 1.0 - (gauge["utilization"] or 0.0))
    models = f" ({gauge['modelClass']})" if gauge["modelClass"] else ""
    # A bucket is refilled within a minute: when exactly is of no use to anybody.
    reset = epoch(gauge["resetsAt"]) if gauge["kind"] == "window" else None
    end = "" if reset is None else f", resets {until_when(reset, now, zone).removeprefix('until ')}"
    color = _RED if left < _VERY_LOW else _YELLOW if left < _LOW else _GREEN
    # Rounded down: it never promises what is not there.
    return harmless(f"{gauge['name']}{models} {int(left * 100 + 1e-9)}% left{end}"), color


def _painted(text: str, color: str, *, colors: bool) -> str:
    return f"{color}{text}{_RESET}" if colors and color else text
