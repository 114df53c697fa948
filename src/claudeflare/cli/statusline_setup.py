"""Lets Claude Code run `claudeflare statusline`: one entry in its settings, everything else in there as it was."""

from __future__ import annotations

import difflib
import json
import os
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from claudeflare.cli.confirmation import confirm
from claudeflare.cli.invocation import Invocation
from claudeflare.cli.output import console, say
from claudeflare.errors import Conflict, InvalidInput

ENTRY: Final = "statusLine"
_PASSED_ON: Final = ("CLAUDEFLARE_HOME", "CLAUDEFLARE_URL")
"""Claude Code may be started where these are not set. The token is not among them: it belongs into no such file."""


def install_status_line(this: Invocation, *, yes: bool) -> None:
    """Add the entry, after the change was shown and agreed to. Raises InvalidInput for a file that is not JSON."""
    file = settings_file(this.environ)
    before = _read(file)
    settings = _parsed(before, file)
    after_settings = {**settings, ENTRY: {**_kept(settings), "type": "command", "command": command(this.environ)}}
    if after_settings == settings:
        say(f"{file} has it already.")
        return
    after = json.dumps(after_settings, indent=2, ensure_ascii=False) + "\n"
    out = console()
    for line in _difference(before or "", after, file):
        out.print(line, style="green" if line[0] == "+" else "red" if line[0] == "-" else None, soft_wrap=True)
    confirm(f"Write this to {file}?", yes=yes)
    if _read(file) != before:
        raise Conflict(f"{file} has changed meanwhile. Run this again.")
    _replace(file, after)
    say("Claude Code shows the line from its next start on.")


def settings_file(environ: Mapping[str, str]) -> Path:
    """Claude Code's settings of this user. A link is followed: what it leads to is what is changed."""
    directory = environ.get("CLAUDE_CONFIG_DIR") or Path(environ.get("HOME") or Path.home()) / ".claude"
    return Path(os.path.realpath(Path(directory) / "settings.json"))


def command(environ: Mapping[str, str]) -> str:
    """What a shell runs to print the line."""
    installed = shutil.which("claudeflare", path=environ.get("PATH"))
    program = "claudeflare" if installed else f"{shlex.quote(sys.executable)} -m claudeflare.cli"
    passed_on = [f"{name}={shlex.quote(environ[name])}" for name in _PASSED_ON if environ.get(name)]
    return " ".join([*passed_on, program, "statusline"])


def _kept(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How an entry that is there wants to be drawn, such as its padding."""
    found = settings.get(ENTRY)
    return found if isinstance(found, dict) else {}


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read ({error}). Mend that first.") from error


def _parsed(text: str | None, file: Path) -> dict[str, Any]:
    if text is None or not text.strip():
        return {}
    try:
        found = json.loads(text, object_pairs_hook=_no_name_twice)
    except ValueError as error:
        raise InvalidInput(f"{file} is not good JSON ({error}). Mend it first; nothing was changed.") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{file} holds no JSON object. Mend it first; nothing was changed.")
    return found


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return found


def _difference(before: str, after: str, file: Path) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), str(file), str(file), lineterm="")
    return list(lines)


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, with the access rights the file had."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o600
    descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            os.fchmod(descriptor, mode)
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)
