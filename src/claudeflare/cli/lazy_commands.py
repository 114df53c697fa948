"""Commands that are imported when they are asked for: showing one's help loads no other."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

_SENTENCE_END: Final = re.compile(r"(?<=\.)\s+(?=[A-Z`])")


class AsGiven:
    """Takes text as it is. Typer's own conversion imports pydantic, which takes longer than most commands."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """`value`."""
        return value


class PlainGroup(TyperGroup):
    """A group that shows its help without pydantic."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As in the base class. All of these are text or flags, which need no conversion."""
        parameters = super().get_params(ctx)
        for parameter in parameters:
            parameter.get_runtime_param = AsGiven  # type: ignore[attr-defined]  # of Typer's own kind, all of them
        return parameters


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command is, and where help shows it."""

    name: str
    place: str
    """`module:attribute`; the attribute is a function or, of a group of commands, a `Typer`."""
    panel: str
    context_settings: dict[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """The function or the `Typer`."""
        module, _, attribute = self.place.partition(":")
        return getattr(importlib.import_module(f"claudeflare.cli.{module}"), attribute)

    def summary(self) -> str:
        """The first sentence of its help."""
        found = self.load()
        text = found.info.help if isinstance(found, typer.Typer) else found.__doc__
        paragraph = inspect.cleandoc(text or "").partition("\n\n")[0]
        return " ".join(_SENTENCE_END.split(paragraph, maxsplit=1)[0].split())

    def build(self) -> Any:
        """As Typer runs it."""
        found = self.load()
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(self.name, context_settings=self.context_settings)(found)
            found = alone
        else:
            found.info.cls = PlainGroup
        found.rich_markup_mode = None
        found._add_completion = False
        command = get_command(found)
        command.name = self.name
        command.rich_help_panel = self.panel  # type: ignore[attr-defined]  # of both of Typer's classes
        return command


class LazyCommands(MutableMapping[str, Any]):
    """By name; each is built once."""

    def __init__(self, table: tuple[Command, ...], built: MutableMapping[str, Any]) -> None:
        self._places = {command.name: command for command in table}
        self._built = built

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._places[name].build()
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        self._places.pop(name, None)
        del self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._places, *self._built]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<LazyCommands {len(self._built)} of {len(self)} built>"


class LazyGroup(PlainGroup):
    """A group over a table of commands, with plain help in panels."""

    table: tuple[Command, ...] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: MutableMapping[str, Any] = LazyCommands(self.table, self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """A list for each panel, without building what is listed."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for command in self.table:
            panels.setdefault(command.panel, []).append((command.name, command.summary()))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)
