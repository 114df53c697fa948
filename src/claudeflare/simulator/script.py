"""What a test wants to be told: the header x-simulator-answer."""

from __future__ import annotations

from typing import Any

import msgspec

from claudeflare.simulator.errors import invalid


class AnswerScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header's JSON. All fields may be left out."""

    text: str | None = None
    words: int | None = None
    """A text of so many words."""
    tool: str | None = None
    """Use this tool, whether the request offers it or not; `web_search` searches."""
    input: dict[str, Any] | None = None
    """The tool's input. None: one that fits its schema."""
    thinking: str | None = None
    stop_reason: str | None = None
    """Instead of the one that follows from the content."""


def read_script(header: str | None) -> AnswerScript:
    """The script in the header. Raises ApiError 400 when it is none."""
    if not header:
        return AnswerScript()
    try:
        return msgspec.json.decode(header.encode("latin-1"), type=AnswerScript)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(f"x-simulator-answer: {error}") from error
