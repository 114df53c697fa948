"""Lines to be pasted into a shell."""

from __future__ import annotations

import json
import shlex

from claudeflare.presentation.first_steps import WAYS_TO_ADD, client_lines


def test_client_lines_are_lines_of_a_shell() -> None:
    (_, claude_code), (_, anything) = client_lines("http://127.0.0.1:8080")
    assert shlex.split(claude_code) == ["ANTHROPIC_BASE_URL=http://127.0.0.1:8080", "claude"]
    words = shlex.split(anything)
    assert words[:2] == ["curl", "http://127.0.0.1:8080/v1/messages"]
    assert json.loads(words[-1])["model"].startswith("claude-")


def test_every_way_to_add_is_a_command() -> None:
    assert all(command.startswith("claudeflare add ") for _, _, command in WAYS_TO_ADD)
