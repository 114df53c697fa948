"""`claudeflare completion SHELL`: the script that lets a shell complete our commands and options."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

_VARIABLE = "_CLAUDEFLARE_COMPLETE"
"""Where Typer looks for a shell's question when it runs as `claudeflare`."""


class Shell(StrEnum):
    """Shells whose completion is tried and tested."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", show_default=False)],
) -> None:
    """Print a completion script.

    bash: eval "$(claudeflare completion bash)" in ~/.bashrc

    zsh: eval "$(claudeflare completion zsh)" in ~/.zshrc, after compinit

    fish: claudeflare completion fish > ~/.config/fish/completions/claudeflare.fish
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # imported there, not declared

    typer.echo(get_completion_script(prog_name="claudeflare", complete_var=_VARIABLE, shell=shell.value))
