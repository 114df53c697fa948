"""The keys of the terminal UI as the guide lists them, from the bindings themselves."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from textual.binding import Binding
from textual.keys import format_key
from textual.widgets import OptionList

import claudeflare.tui
from claudeflare.tui.app import TerminalUI

EVERYWHERE: Final = "Everywhere"
LISTS: Final = "Lists and questions"
PLACES: Final[dict[str, tuple[str, str]]] = {
    "TerminalUI": (EVERYWHERE, ""),
    "OverviewScreen": ("Overview", ""),
    "AccountActions": ("Accounts", ""),
    "RequestsScreen": ("Requests", ""),
    "RequestList": ("Requests", "list"),
    "RecordView": ("Requests", "detail"),
    "FoldTitle": ("Requests", "conversation"),
    "TextLines": ("Requests", "raw"),
    "RequestFilterDialog": ("Requests", "filter"),
    "AnalyticsScreen": ("Analytics", ""),
    "AnalyticsBoard": ("Analytics", "charts"),
    "Plot": ("Analytics", "a chart"),
    "ChartTable": ("Analytics", "table"),
    "AnalyticsFilters": ("Analytics", "filter"),
    "LogsScreen": ("Logs", ""),
    "LogView": ("Logs", "lines"),
    "PolicyList": ("Strategy", ""),
    "StrategyTrial": ("Strategy", "comparison"),
    "RowList": (LISTS, "any list"),
    "Choice": (LISTS, "a choice"),
    "Dialog": (LISTS, "any question"),
    "LeaveDialog": (LISTS, "leaving"),
    "KeysHelp": (LISTS, "list of keys"),
}
"""Class with bindings -> heading, and where below it they work; empty: on the whole screen. In the guide's order."""
MEANINGS: Final[dict[tuple[str, str], str]] = {
    ("TerminalUI", "Keys"): "List the keys that do something here",
    ("TerminalUI", "Other colors"): "Other colors: dark, light, the terminal's own sixteen",
    ("TerminalUI", "Connect now"): "Try at once to find a lost server again",
    ("TerminalUI", "Quit"): "Leave",
    ("OverviewScreen", "Add account"): "Add an account, while there is none",
    ("AccountActions", "Settings"): "Tier, priority, reserve and base URL",
    ("AccountActions", "Renew token"): "Renew its token now",
    ("AccountActions", "Log in"): "Give it another credential",
    ("RequestsScreen", "Back"): "Close the detail",
    ("RequestsScreen", "All"): "Take the filter away",
    ("RequestsScreen", "Follow"): "Follow what comes, or stop following",
    ("RequestsScreen", "Next"): "Open the next one of the list",
    ("RequestsScreen", "Previous"): "Open the one before",
    ("RequestsScreen", "Tab"): "Next tab of the detail",
    ("RequestsScreen", "Tab ←"): "The tab before",
    ("RequestsScreen", "Earlier"): "Conversation: show the turns before this one",
    ("RequestsScreen", "Open all"): "Conversation: open all that is folded, or fold it",
    ("RequestsScreen", "Side"): "Raw: what was asked, what was answered, the record",
    ("RequestsScreen", "Copy"): "Copy the request's id",
    ("RequestsScreen", "Save"): "Raw: save the body as it was sent",
    ("AnalyticsScreen", "Range"): "A shorter range, a longer one",
    ("AnalyticsScreen", "Sum up"): "Running totals",
    ("AnalyticsScreen", "No filter"): "Take the filter away",
    ("AnalyticsBoard", "Table"): "The chart's figures as a table",
    ("AnalyticsBoard", "Enlarge"): "The chart on the whole screen",
    ("LogsScreen", "Debug"): "This level and worse: debug, info, warn, error",
    ("LogsScreen", "Level"): "The next level",
    ("LogsScreen", "Pause"): "Hold what comes, or let it in",
    ("LogsScreen", "Next"): "Next match of the search",
    ("LogsScreen", "Previous"): "The match before",
    ("LogsScreen", "Copy"): "Copy the line",
    ("LogView", "Unfold"): "Show all of a line, its traceback as well",
    ("PolicyList", "Compare, then use"): "Simulate it on the last days; then it can be used",
}
"""(Class, word in the footer) -> what the guide says where that word is too short for it."""
SAME_ROW: Final = {("LogsScreen", "Info"): "Debug", ("LogsScreen", "Warn"): "Debug", ("LogsScreen", "Error"): "Debug"}
"""Those that are told in the row of another."""
MOVES: Final = ("down", "up", "page down", "page up", "first", "last", "top", "end", "newest", "oldest", "select")
"""What keys do in each list and text; said once."""
NOT_TOLD: Final = {("AnalyticsScreen", "Longer range"), ("OverviewScreen", "Next part")}
"""Told beside another."""
_NAMES: Final = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
}


class Key(NamedTuple):
    """A row of the guide."""

    keys: list[str]
    where: str
    does: str


def key_tables() -> str:
    """Headings with the keys below each. Raises `SystemExit` when what is named here and what there is differ."""
    found = bound_classes()
    if different := found.keys() ^ PLACES.keys():
        raise SystemExit(f"docs/key_tables.py: name in PLACES, or take away: {', '.join(sorted(different))}")
    words = {(name, each.description) for name, owner in found.items() for each in bindings_of(owner)}
    if gone := (MEANINGS.keys() | SAME_ROW.keys() | NOT_TOLD) - words:
        raise SystemExit(f"docs/key_tables.py: no longer bound: {', '.join(map(str, sorted(gone)))}")
    parts = []
    for heading, rows in _sections(found).items():
        parts += [f"### {heading}", *_markdown(rows)]
    return "\n\n".join(parts)


def _sections(found: dict[str, type[Any]]) -> dict[str, list[Key]]:
    sections: dict[str, list[Key]] = {}
    for name, (heading, where) in PLACES.items():
        rows = sections.setdefault(heading, [])
        if heading == EVERYWHERE:
            rows += _application()
        for binding in bindings_of(found[name]):
            word = (name, SAME_ROW.get((name, binding.description), binding.description))
            moves = word[1].lower() in MOVES and name != "RowList"
            if not moves and word not in NOT_TOLD:
                _add(rows, _shown(binding), where, MEANINGS.get(word, word[1].capitalize()))
    return sections


def _markdown(rows: list[Key]) -> Iterator[str]:
    with_place = any(row.where for row in rows)
    heads = ["Keys", "In", "Does"] if with_place else ["Keys", "Does"]
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        keys = " ".join(f"`{key}`" for key in row.keys)
        lines.append([keys, *([row.where] if with_place else []), row.does])
    yield "\n".join("| " + " | ".join(line) + " |" for line in lines)


def bound_classes() -> dict[str, type[Any]]:
    """Every class of the terminal UI that has bindings of its own, by its name."""
    found = {}
    for module in pkgutil.walk_packages(claudeflare.tui.__path__, f"{claudeflare.tui.__name__}."):
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and each.__module__ == module.name and "BINDINGS" in vars(each):
                found[each.__name__] = each
    return found


def bindings_of(owner: type[Any]) -> Iterator[Binding]:
    """Its own that say what they do, and what a list has from Textual."""
    bases = [base for base in owner.__mro__ if base is owner or base is OptionList]
    for base in bases:
        for binding in Binding.make_bindings(vars(base)["BINDINGS"]):
            # Those of the screens are one row.
            if binding.description and not (owner is TerminalUI and binding.key.isdigit()):
                yield binding


def _application() -> Iterator[Key]:
    screens = [binding for binding in Binding.make_bindings(TerminalUI.BINDINGS) if binding.key.isdigit()]
    yield Key([f"{screens[0].key} … {screens[-1].key}"], "", ", ".join(each.description for each in screens))
    yield Key([shown_key(TerminalUI.COMMAND_PALETTE_BINDING)], "", "Find a screen, an account or a command by its name")
    yield Key(["Tab"], "", "Next part of the screen")


def _shown(binding: Binding) -> str:
    return binding.key_display or shown_key(binding.key)


def shown_key(key: str) -> str:
    """As it stands on a keyboard."""
    if key in _NAMES:
        return _NAMES[key]
    *held, last = key.split("+") if len(key) > 1 else [key]
    last = format_key(last)
    return "+".join([*(each.capitalize() for each in held), last.upper() if held and len(last) == 1 else last])


def _add(rows: list[Key], key: str, where: str, does: str) -> None:
    """Keys that do the same in the same place are one row, and so is what one key does by turns."""
    for index, row in enumerate(rows):
        if (row.where, row.does) == (where, does):
            if key not in row.keys:
                row.keys.append(key)
            return
        if (row.where, row.keys) == (where, [key]):
            rows[index] = row._replace(does=f"{row.does}, or {does.lower()}")
            return
    rows.append(Key([key], where, does))
