"""Runs the command line on a data directory of its own, at a fixed time, 80 columns wide."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from claudeflare.cli.invocation import Invocation
from claudeflare.cli.main import app
from harness.data_directory import NOW

CLAUDEFLARE = (sys.executable, "-P", "-m", "claudeflare.cli")
"""The command as a process of its own, by `claudeflare.cli.__main__`."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What such a process finds: this data directory, nothing of the tester's own settings or credentials."""
    foreign = ("CLAUDEFLARE_", "ANTHROPIC_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "CLAUDEFLARE_HOME": str(home), "COLUMNS": "80", "TERM": "dumb", **more}


class CommandLine:
    """Runs commands as a person would who has just this data directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ: dict[str, str] = {"CLAUDEFLARE_HOME": str(home)}

    def run(
        self,
        *arguments: str,
        input: str | None = None,
        exit_code: int = 0,
        exit_codes: Collection[int] = (),
        columns: int = 80,
    ) -> Any:
        """The result; asserts its exit status, or that it is one of several. Lines end where their text does."""
        this = Invocation(environ=self.environ, clock=lambda: NOW, zone=UTC)
        outside: Mapping[str, str | None] = {
            **{name: None for name in os.environ if name.startswith("CLAUDEFLARE_")},
            **self.environ,
            "COLUMNS": str(columns),
            "TERM": "xterm",
        }
        result = CliRunner().invoke(app, arguments, input=input, env=outside, obj=this)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in (exit_codes or (exit_code,)), result.output
        return result

    def output(self, *arguments: str, columns: int = 80) -> str:
        """What a command prints that goes well, without blanks at line ends; nothing on standard error."""
        result = self.run(*arguments, columns=columns)
        assert result.stderr == ""
        return lines(result.stdout)

    def error(self, *arguments: str, input: str | None = None, exit_code: int = 1) -> str:
        """What a command that fails says; nothing on standard output."""
        result = self.run(*arguments, input=input, exit_code=exit_code)
        assert result.stdout == ""
        return str(result.stderr)


def lines(text: str) -> str:
    """Without the blanks that fill a table's last column."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
