"""The scripts, and that a shell which has one completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.command_line import CommandLine

BIN = Path(sys.executable).parent
SETUP = {
    "bash": "COMP_WORDS=(claudeflare re); COMP_CWORD=1; _claudeflare_completion claudeflare; "
    'printf "%s\\n" "${COMPREPLY[@]}"',
    "fish": "complete -C 'claudeflare re'",
}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(empty: CommandLine, shell: str) -> None:
    script = empty.output("completion", shell)
    assert f"_CLAUDEFLARE_COMPLETE=complete_{shell}" in script
    assert not empty.home.exists()


def test_another_shell_is_a_usage_error(empty: CommandLine) -> None:
    assert "'tcsh'" in empty.error("completion", "tcsh", exit_code=2)


@pytest.mark.parametrize("shell", sorted(SETUP))
def test_a_shell_completes_with_it(empty: CommandLine, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(empty.output("completion", shell))
    answer = subprocess.run(
        [shell, "-c", f"source {script}; {SETUP[shell]}"],
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "CLAUDEFLARE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    words = {line.split()[0] for line in answer.stdout.splitlines() if line.strip()}
    assert {"requests", "request", "remove", "rename", "resume", "reset-stats"} <= words
    assert "list" not in words


def test_the_words_a_shell_is_given(tmp_path: Path) -> None:
    """What zsh asks, without zsh."""
    answer = subprocess.run(
        [BIN / "claudeflare"],
        env={
            "PATH": os.environ["PATH"],
            "CLAUDEFLARE_HOME": str(tmp_path),
            "_CLAUDEFLARE_COMPLETE": "complete_zsh",
            "_TYPER_COMPLETE_ARGS": "claudeflare logs --l",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "--level" in answer.stdout
    assert "--lines" in answer.stdout
