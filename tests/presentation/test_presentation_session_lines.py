from __future__ import annotations

from datetime import UTC
from io import StringIO

from rich.console import Console

from claudeflare.client.access import Session
from claudeflare.presentation.session_lines import session_lines

NOW = 1_795_369_200.0
"""2026-11-22 17:40 UTC."""


def shown(*sessions: Session) -> str:
    console = Console(file=StringIO(), width=100)
    for part in session_lines(sessions, NOW, UTC):
        console.print(part)
    assert isinstance(console.file, StringIO)
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


def session(**fields: str | None) -> Session:
    usual = {
        "kind": "session", "id": "a1b2c3", "created": "2026-11-22T17:38:00Z", "expiresAt": "2026-12-22T17:38:00Z",
        "lastUsed": "2026-11-22T17:39:00Z", "address": "10.0.0.7", "userAgent": "Firefox",
    }  # fmt: skip
    return {**usual, **fields}  # type: ignore[typeddict-item]


def test_nobody() -> None:
    assert shown() == "No browser is signed in.\n"


def test_what_is_not_known_and_what_is_long() -> None:
    assert shown(session(), session(id="d4", address=None, userAgent=None), session(id="e5", userAgent="x" * 80)) == (
        "Id      From      Signed in         Last used  Browser\n"
        "a1b2c3  10.0.0.7  2026-11-22 17:38  1 min ago  Firefox\n"
        "d4      –         2026-11-22 17:38  1 min ago  –\n"
        f"e5      10.0.0.7  2026-11-22 17:38  1 min ago  {'x' * 53}\n"
        f"                                               {'x' * 6}…\n"
    )
