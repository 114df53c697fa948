"""Checks the marks that say which prefixes are to be cached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from claudeflare.simulator.conversation import blocks_of
from claudeflare.simulator.errors import invalid

MAX_MARKS = 4
TTLS = ("5m", "1h")


def check_cache_marks(body: dict[str, Any]) -> None:
    """Raises ApiError 400 for a mark that is none, too many of them, or an hour after five minutes."""
    marks = [
        (f"{path}.cache_control".lstrip("."), block["cache_control"])
        for path, block in _places(body)
        if block.get("cache_control") is not None
    ]
    shorter = ""
    for path, control in marks:
        if not isinstance(control, dict) or control.get("type") != "ephemeral":
            raise invalid(f"{path}: Input should be an object of type 'ephemeral'")
        ttl = control.get("ttl") or "5m"
        if ttl not in TTLS:
            raise invalid(f"{path}.ephemeral.ttl: Input should be '5m' or '1h'")
        if ttl == "1h" and shorter:
            raise invalid(
                f"{path}.ephemeral.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                "cache_control block. Note that blocks are processed in the following order: `tools`, `system`, "
                "`messages`."
            )
        shorter = shorter or (path if ttl == "5m" else "")
    if len(marks) > MAX_MARKS:
        raise invalid(f"A maximum of {MAX_MARKS} blocks with cache_control may be provided. Found {len(marks)}.")


def _places(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block that may bear a mark, in the order prefixes are cached in."""
    for number, tool in enumerate(body.get("tools") or ()):
        yield f"tools.{number}", tool
    system = body.get("system") or ()
    if not isinstance(system, str):
        for number, block in enumerate(system):
            yield f"system.{number}", block
    for number, message in enumerate(body["messages"]):
        for position, block in enumerate(blocks_of(message)):
            yield f"messages.{number}.content.{position}", block
    # Automatic caching: at the top level the mark means the last block.
    yield "", body
