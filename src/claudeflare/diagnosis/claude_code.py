"""What Claude Code's own settings put into its environment (https://code.claude.com/docs/en/settings)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from claudeflare.diagnosis.finding import Finding, warning


class ClaudeCodeSettings(NamedTuple):
    """The file and its `env`, empty where it has none."""

    path: Path
    env: Mapping[str, str] = {}
    finding: Finding | None = None
    """What is wrong with the file."""


def claude_code_settings(environ: Mapping[str, str]) -> ClaudeCodeSettings:
    """The user's; nothing when there are none."""
    home = environ.get("HOME")
    directory = environ.get("CLAUDE_CONFIG_DIR") or (Path(home) if home else Path.home()) / ".claude"
    path = Path(directory, "settings.json")
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ClaudeCodeSettings(path)
    except OSError as error:
        summary = f"Claude Code's settings cannot be read ({error.strerror}): {path}"
        return ClaudeCodeSettings(path, finding=warning("clients", summary, "make the file readable for you"))
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "not even text"
        summary = f"Claude Code's settings are not JSON ({where}): {path}"
        return ClaudeCodeSettings(path, finding=warning("clients", summary, "mend the file: none of it counts now"))
    env = content.get("env") if isinstance(content, dict) else None
    if not isinstance(env, dict):
        return ClaudeCodeSettings(path)
    return ClaudeCodeSettings(path, {str(name): str(value) for name, value in env.items() if value is not None})
