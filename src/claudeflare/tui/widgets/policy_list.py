"""The policies there are, with a sentence each; the one in force has a mark and says so."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets.option_list import Option

from claudeflare.presentation.strategies import Policy
from claudeflare.tui.styled import content
from claudeflare.tui.widgets.inverted_cursor import InvertedCursor


class PolicyList(InvertedCursor):
    """Enter or a click chooses one; that is told as `OptionSelected`."""

    DEFAULT_CSS = """
    PolicyList { height: auto; max-height: 1fr; padding: 0 1; margin: 1 0; background: $background; }
    PolicyList, PolicyList:focus { border: none; }
    PolicyList > .option-list--option-highlighted, PolicyList:focus > .option-list--option-highlighted {
        background: $primary 20%; color: $foreground; text-style: none;
    }
    PolicyList:ansi:focus > .option-list--option-highlighted {
        background: ansi_default; color: ansi_default; text-style: none;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Compare, then use"),
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Sequence[Policy], str | None, int] = ((), None, 0)

    def show(self, policies: Sequence[Policy], current: str | None, width: int) -> None:
        """Show them for a width; the cursor begins on the one in force, and then stays where it is."""
        if (policies, current, width) == self._shown:
            return
        before = self.highlighted if self._shown[1] is not None else None
        self._shown = (policies, current, width)
        self.set_options(Option(content(_words(policy, current, width - 4)), id=policy.name) for policy in policies)
        names = [policy.name for policy in policies]
        if before is None:
            before = names.index(current) if current in names else 0
        self.highlighted = min(before, len(names) - 1)


def _words(policy: Policy, current: str | None, width: int) -> Text:
    is_current = policy.name == current
    text = Text.assemble(("● ", "green") if is_current else ("○ ", "dim"), (policy.name, "bold"))
    if is_current:
        text.append("  in force", "green")
    for line in wrap(policy.does, max(20, width - 2)):
        text.append(f"\n  {line}")
    return text
