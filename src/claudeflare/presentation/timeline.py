"""What happened to accounts as one list: moves of the same kind are added up, each line has a mark. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from claudeflare.formatting import count_of, epoch

if TYPE_CHECKING:
    from claudeflare.client.resources import Json

RECORDED: Final = {"limited", "set-aside", "recovered", "attention", "attention-over"}
"""Kinds that are on record, and told by an event before: once a minute at most."""
MOVED: Final = "moved"
TOGETHER_SECONDS: Final = 120.0
"""Moves that are no further apart are one line."""

_MARKS: Final = {
    "limited": ("■", "red"),
    "attention": ("■", "red"),
    "set-aside": ("◆", "yellow"),
    "budget": ("◆", "yellow"),
    "recovered": ("●", "green"),
    "attention-over": ("●", "green"),
    "account-resumed": ("●", "green"),
}


def mark(kind: str) -> tuple[str, str]:
    """A shape, and its color; shapes differ so that color is never all that tells."""
    return _MARKS.get(kind, ("○", ""))


def timeline(happenings: Iterable[Json], most: int) -> list[Json]:
    """Newest first, each once; `text` of moves says how many they were together."""
    lines: list[Json] = []
    seen: set[tuple[str, ...]] = set()
    for each in sorted(happenings, key=lambda one: epoch(one["at"]) or 0.0, reverse=True):
        if each["kind"] in RECORDED:
            if _key(each) in seen:
                continue
            seen.add(_key(each))
        later = next((index for index, line in enumerate(lines) if _same_move(line, each)), None)
        if later is None:
            lines.append(each)
        else:
            lines[later] = _together(lines[later], each)
    return lines[:most]


def _key(each: Json) -> tuple[str, ...]:
    minute = str(each["at"])[: len("2026-11-22T15:40")]
    return (minute, each["kind"], str(each["accountId"] or each["account"]), str(each["modelClass"]))


def _same_move(later: Json, earlier: Json) -> bool:
    if MOVED not in (later["kind"], earlier["kind"]) or later["kind"] != earlier["kind"]:
        return False
    apart = (epoch(later["at"]) or 0.0) - (epoch(earlier["at"]) or 0.0)
    same = (later["account"], later["reason"]) == (earlier["account"], earlier["reason"])
    return same and apart < TOGETHER_SECONDS


def _together(later: Json, earlier: Json) -> Json:
    count = later["count"] + earlier["count"]
    origin = later["account"] or "an account that is gone"
    text = f"{count_of(count, 'request')} moved from {origin} to {later['reason'] or 'another'}."
    return {**later, "count": count, "text": text}
